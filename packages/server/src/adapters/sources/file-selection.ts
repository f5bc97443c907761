import { extname } from 'node:path'
import { CascadeError } from '#base'
import { type FileKind, isGenerated, kindOf, knownKind, PATH_BYTES_MAX } from '../../domain/capsules/import/index.ts'
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

const AS_TEXT = 'name it with --include (over HTTP `include`) to have it read as text'
const UNREAD = `its ending is not one of a text; ${AS_TEXT}`
const NO_ENDING = `it has no ending that says it is text; ${AS_TEXT}`
const GENERATED = `it is written by a program for programs; ${AS_TEXT}`

/** What helps where naming the file would not: by the endings it is true of. */
const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'this format is not read; save it as .docx': 'doc rtf pages',
    'this format is not read; save it as .xlsx': 'xls numbers',
    'this format is not read; save it as .pptx': 'ppt',
    'it is an archive, which is not opened; unpack it': 'zip 7z rar tar tgz gz',
    'it is a list of records; import it by itself': 'ndjson jsonl',
    'it is a picture, which is not read': 'png jpg jpeg gif webp heic bmp tif tiff ico',
    'it is sound or film, which is not read': 'mp3 m4a wav ogg flac mp4 mov avi mkv webm',
  }).flatMap(([advice, endings]) => endings.split(' ').map((ending) => [ending, advice] as const)),
)

function reasonAgainst(name: string): string {
  const ending = extname(name).slice(1).toLowerCase()
  if (ending === '') return NO_ENDING
  return isGenerated(name) ? GENERATED : (ADVICE.get(ending) ?? UNREAD)
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
