import { extname } from 'node:path'
import { CascadeError } from '#base'
import { type FileKind, kindOf, knownKind, PATH_BYTES_MAX } from '../../domain/capsules/import/index.ts'
import { compilePatterns, isTamePattern } from './ignore-rules.ts'

export interface SelectionRequest {
  readonly include?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
}

/** Taken in as this kind, not taken in for a reason that is worth telling, or not even looked at. */
export type Selected = { readonly kind: FileKind } | { readonly reason: string } | undefined

/** Folders of tools, never of people. */
const FOLDERS_LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '__pycache__', 'CVS'])

/** Hidden folders (and with them those of version control) and those that tools fill. */
export const isFolderLeftOut = (name: string): boolean => name.startsWith('.') || FOLDERS_LEFT_OUT.has(name)

const UNREAD = 'its ending is not one of a text; name it with --include (over HTTP `include`) to have it read as text'
const UNOPENED = 'it is an archive, which is not opened; unpack it'

/** What helps where naming the file would not: its text cannot be read as it lies. */
const ADVICE: Readonly<Record<string, string>> = {
  doc: 'this format is not read; save it as .docx',
  dot: 'this format is not read; save it as .docx',
  rtf: 'this format is not read; save it as .docx',
  pages: 'this format is not read; save it as .docx',
  xls: 'this format is not read; save it as .xlsx',
  numbers: 'this format is not read; save it as .xlsx',
  ppt: 'this format is not read; save it as .pptx',
  zip: UNOPENED,
  '7z': UNOPENED,
  rar: UNOPENED,
  tar: UNOPENED,
  tgz: UNOPENED,
  gz: UNOPENED,
}

function reasonAgainst(name: string): string {
  const ending = extname(name).slice(1).toLowerCase()
  return Object.hasOwn(ADVICE, ending) ? (ADVICE[ending] ?? UNREAD) : UNREAD
}

/** Which files of a source are taken in, by their path. */
export class FileSelection {
  readonly #include: ReturnType<typeof compilePatterns> | undefined
  readonly #exclude: ReturnType<typeof compilePatterns>

  /** @throws CascadeError UNPROCESSABLE for a pattern with more wildcards than can be matched in bounded time. */
  constructor({ include, exclude = [] }: SelectionRequest) {
    for (const pattern of [...(include ?? []), ...exclude]) requireTame(pattern)
    this.#include = include && include.length > 0 ? compilePatterns(include) : undefined
    this.#exclude = compilePatterns(exclude)
  }

  isFolderExcluded(path: string): boolean {
    return this.#exclude.ignores(`${path}/`)
  }

  select(path: string): Selected {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name.startsWith('.') || this.#exclude.ignores(path)) return undefined
    if (this.#include && !this.#include.ignores(path)) return undefined
    if (Buffer.byteLength(path) > PATH_BYTES_MAX) return { reason: `its path has more than ${PATH_BYTES_MAX} bytes` }
    if (this.#include) return { kind: kindOf(path) }
    const kind = knownKind(path)
    return kind ? { kind } : { reason: reasonAgainst(name) }
  }

  /** The same for a path whose folders have not been looked at one by one. */
  selectDeep(path: string): Selected {
    return this.isBelowExcluded(path) ? undefined : this.select(path)
  }

  /** True when one of the folders that lead to `path` is left out. */
  isBelowExcluded(path: string): boolean {
    const folders = path.split('/').slice(0, -1)
    if (folders.some(isFolderLeftOut)) return true
    return folders.some((_, index) => this.isFolderExcluded(folders.slice(0, index + 1).join('/')))
  }
}

function requireTame(pattern: string): void {
  if (isTamePattern(pattern)) return
  throw new CascadeError(
    'UNPROCESSABLE',
    `The pattern ${JSON.stringify(pattern.slice(0, 60))} has too many wildcards; use at most three * in a name and three ** in a path.`,
  )
}
