import type { Source } from '@forge-cascade/contract'

/** UTF-16 units of a title in a file's name; with its folder and its id a path stays below 250 bytes on any system. */
const TITLE_LENGTH_MAX = 60
const FOLDER_LENGTH_MAX = 40
const FOLDERS_MAX = 4
const SHORT_ID_LENGTH = 8

/** Names of devices, which Windows takes for no file, whatever their ending. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i
/** What a shell, a URL or one of the three systems reads as something else, and what cannot be seen. */
const UNSAFE = /[\p{C}\p{Z}\p{M}<>:"/\\|?*%#'`$&;!^~[\]{}()=+,@]+/gu

/**
 * Text as one part of a path on Linux, macOS and Windows: words joined by `-`, no dot at its beginning or end, no name of
 * a device; empty where nothing is left. Composed (NFC) first, because macOS takes both spellings for one.
 */
export function toFileName(text: string, lengthMax: number): string {
  const words = text.normalize('NFC').replace(UNSAFE, '-')
  const trimmed = cut(trim(words), lengthMax)
  return DEVICE.test(trimmed) ? `_${trimmed}` : trimmed
}

const trim = (text: string): string => text.replace(/-{2,}/g, '-').replace(/^[-.]+|[-.]+$/g, '')

/** Characters beyond the length go, and with them half of a pair or a word's joint at the end. */
const cut = (text: string, lengthMax: number): string =>
  trim(
    Array.from(text)
      .slice(0, lengthMax)
      .join('')
      .replace(/\p{Cs}/gu, ''),
  )

/** The names that files of an export have been given: each once, also where upper and lower case are one. */
export class FileNames {
  readonly #taken = new Set<string>()

  /** Where the newest version of a capsule lies: by the folder of its source, its title and the end of its id. */
  ofCapsule({ id, title, source }: { id: string; title: string | null; source: Source | null }): string {
    const folder = ['capsules', ...foldersOf(source)].join('/')
    const name = toFileName(title ?? '', TITLE_LENGTH_MAX) || 'untitled'
    return this.#take(`${folder}/${name}--${id.slice(-SHORT_ID_LENGTH)}.md`) ?? `${folder}/${name}--${id}.md`
  }

  #take(path: string): string | undefined {
    const folded = path.toLowerCase()
    if (this.#taken.has(folded)) return undefined
    this.#taken.add(folded)
    return path
  }
}

/** Where an older version of a capsule lies. */
export const historyFile = (id: string, version: string): string => `history/${id}/${version}.md`

/** The folders that the file of a source lay in, the outermost first; none for other sources. */
function foldersOf(source: Source | null): readonly string[] {
  if (source?.kind !== 'file') return []
  return source.path
    .split('/')
    .slice(0, -1)
    .map((part) => toFileName(part, FOLDER_LENGTH_MAX))
    .filter((part) => part !== '')
    .slice(0, FOLDERS_MAX)
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const HISTORY = new RegExp(`^history/${UUID}/\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}\\.md$`)
const CAPSULE = /^capsules\/(?:[^/]{1,200}\/){0,8}[^/]{1,250}\.md$/

/** The other files of an export. */
export const EXPORT_LISTS = {
  chunks: 'chunks.ndjson',
  edges: 'edges.ndjson',
  links: 'links.ndjson',
  trust: 'trust.ndjson',
  recorded: 'recorded.ndjson',
  vectors: 'vectors.ndjson',
} as const
export const README_FILE = 'README.md'
export const MANIFEST_FILE = 'manifest.json'
/** There from the beginning of an export to its end: without it what is left of one would pass for a folder of notes. */
export const UNFINISHED_FILE = 'UNFINISHED.txt'
const LISTS: ReadonlySet<string> = new Set([...Object.values(EXPORT_LISTS), README_FILE])

export type ExportPathKind = 'capsule' | 'history' | 'list'

/** What a path of a manifest is; undefined for one that no export writes: it may lead anywhere. */
export function exportPathKind(path: string): ExportPathKind | undefined {
  if (LISTS.has(path)) return 'list'
  if (HISTORY.test(path)) return 'history'
  if (!CAPSULE.test(path) || /[\p{Cc}\\:]/u.test(path)) return undefined
  return path.split('/').some((part) => /^\.|[. ]$/.test(part)) ? undefined : 'capsule'
}
