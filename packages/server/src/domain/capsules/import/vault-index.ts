import { posix } from 'node:path'

/** A file of a vault that links may lead to. */
export interface VaultFile {
  readonly id: string
  readonly path: string
  readonly aliases: readonly string[]
}

/**
 * Where a link leads: to a capsule; to several that are equally near; to no note. `other` is a file that is no note, such
 * as a picture.
 */
export type Resolution = { readonly id: string } | 'ambiguous' | 'unresolved' | 'other'

export const NOTE = /\.(?:md|markdown)$/i

/**
 * Finds what a link means, as Obsidian does: letter case does not matter; a path that is one, from the top of the vault
 * or from the note, is meant; else a name, or the end of a path, means the file in the fewest folders; else an alias.
 */
export class VaultIndex {
  /** By whole path, and by name; notes also without their ending. */
  readonly #byPath = new Map<string, VaultFile>()
  readonly #byName = new Map<string, VaultFile[]>()
  readonly #byAlias = new Map<string, VaultFile[]>()

  constructor(files: Iterable<VaultFile>) {
    for (const file of files) {
      const path = fold(file.path)
      this.#byPath.set(path, file)
      add(this.#byName, nameOf(path), file)
      for (const alias of file.aliases) add(this.#byAlias, fold(alias), file)
    }
  }

  /** @param from path of the note that the link is in. */
  resolve(link: string, from: string): Resolution {
    const wanted = fold(link)
    const found = this.#at(wanted, from) ?? this.#named(wanted)
    if (found) return found
    return /\.[a-z0-9]{1,5}$/.test(wanted) && !NOTE.test(wanted) ? 'other' : 'unresolved'
  }

  /** The file at this very path. */
  #at(wanted: string, from: string): Resolution | undefined {
    const top = wanted.replace(/^\/+/, '')
    const beside = posix.join(posix.dirname(fold(from)), wanted)
    for (const path of wanted.startsWith('.') ? [beside] : [top, beside]) {
      const file = this.#byPath.get(path) ?? this.#byPath.get(`${path}.md`)
      // A name alone means the file in the fewest folders, wherever the note lies.
      if (file && (wanted.includes('/') || path === top)) return file
    }
    return undefined
  }

  #named(wanted: string): Resolution | undefined {
    const path = wanted.replace(/^(?:\.{0,2}\/)+/, '')
    const named = [...(this.#byName.get(nameOf(path)) ?? []), ...(this.#byName.get(`${nameOf(path)}.md`) ?? [])]
    const fitting = named.filter((file) => endsWith(fold(file.path), path))
    return nearest(fitting) ?? nearest(this.#byAlias.get(wanted) ?? [])
  }
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase()
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const endsWith = (path: string, wanted: string): boolean =>
  [path, path.replace(NOTE, '')].some((one) => one === wanted || one.endsWith(`/${wanted}`))

function add(map: Map<string, VaultFile[]>, key: string, file: VaultFile): void {
  const files = map.get(key)
  if (files) files.push(file)
  else map.set(key, [file])
}

const depthOf = ({ path }: VaultFile): number => path.split('/').length

/** The one in the fewest folders; undefined where there is none at all. */
function nearest(files: readonly VaultFile[]): Resolution | undefined {
  const depth = Math.min(...files.map(depthOf))
  const [first, second] = files.filter((file) => depthOf(file) === depth)
  if (first === undefined) return undefined
  return second === undefined ? first : 'ambiguous'
}
