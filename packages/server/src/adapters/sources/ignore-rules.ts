import ignore, { type Ignore } from 'ignore'

/** Patterns of one ignore file, which hold for what is below its folder. */
interface Layer {
  /** Path of the folder with a slash at the end; empty for the root. */
  readonly base: string
  readonly patterns: Ignore
}

export const IGNORE_FILES = ['.gitignore', '.cascadeignore'] as const
/** More is no list that a person wrote. */
export const IGNORE_FILE_BYTES_MAX = 64 * 1024
export const PATTERNS_MAX = 1000

/**
 * A pattern becomes a regular expression, whose time may grow with the length of a name to the power of its wildcards: a
 * pattern with many of them is not one to find files by, but one to stop the import with.
 */
export const PATTERN_LENGTH_MAX = 500
export const STARS_PER_NAME_MAX = 3
export const FOLDER_STARS_MAX = 3

/** True for a pattern that can be matched in bounded time. */
export function isTamePattern(pattern: string): boolean {
  if (pattern.length > PATTERN_LENGTH_MAX) return false
  const names = pattern.replace(/\*{3,}/g, '**').split('/')
  const folderStars = names.filter((name) => name === '**').length
  return (
    folderStars <= FOLDER_STARS_MAX && names.every((name) => name === '**' || countStars(name) <= STARS_PER_NAME_MAX)
  )
}

const countStars = (name: string): number => name.match(/[*]+/g)?.length ?? 0

/** Case counts, as it does in a repository; patterns that could take for ever have no effect. */
export const compilePatterns = (patterns: readonly string[]): Ignore =>
  ignore({ ignorecase: false }).add(patterns.slice(0, PATTERNS_MAX).filter(isTamePattern))

/** What the ignore files of a tree leave out; the deepest file that says anything about a path decides. */
export class IgnoreRules {
  readonly #layers: readonly Layer[]

  constructor(layers: readonly Layer[] = []) {
    this.#layers = layers
  }

  /** The rules within a folder that has ignore files of its own. */
  within(folder: string, texts: readonly string[]): IgnoreRules {
    if (texts.length === 0) return this
    const patterns = compilePatterns(texts.flatMap((text) => text.split(/\r?\n/)))
    return new IgnoreRules([{ base: folder === '' ? '' : `${folder}/`, patterns }, ...this.#layers])
  }

  /** Also when only a folder above it is. */
  isIgnoredDeep(path: string): boolean {
    if (this.#layers.length === 0) return false
    const names = path.split('/')
    return names.some((_, depth) => this.isIgnored(names.slice(0, depth + 1).join('/'), depth < names.length - 1))
  }

  isIgnored(path: string, isFolder: boolean): boolean {
    for (const { base, patterns } of this.#layers) {
      if (!path.startsWith(base)) continue
      const { ignored, unignored } = patterns.test(path.slice(base.length) + (isFolder ? '/' : ''))
      if (ignored || unignored) return ignored
    }
    return false
  }
}
