import type { Selected } from './file-selection.ts'
import type { GitEntry } from './git-log.ts'
import type { GitGap } from './git-tree.ts'

/** A file of the newest commit that is taken in, or is not for a reason. */
export interface TreeFile {
  readonly entry: GitEntry
  readonly selected: NonNullable<Selected>
}

/** What the newest commit holds, as far as it can be read. */
export class NewestTree {
  readonly files: readonly TreeFile[]
  readonly gaps: readonly GitGap[]
  readonly #paths: ReadonlySet<string>
  readonly #gaps: ReadonlySet<string>

  constructor(files: readonly TreeFile[], gaps: readonly GitGap[]) {
    this.files = files
    this.gaps = gaps
    this.#paths = new Set(files.map(({ entry }) => entry.path))
    this.#gaps = new Set(gaps.map(({ folder }) => folder))
  }

  /** What is in a folder that cannot be read may be there: it did not move away, and it was not deleted. */
  mayHold(path: string): boolean {
    return this.#paths.has(path) || (this.#gaps.size > 0 && foldersOf(path).some((folder) => this.#gaps.has(folder)))
  }
}

/** `a/`, `a/b/` of `a/b/c.md`. */
const foldersOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1))
