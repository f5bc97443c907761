import { MANIFEST_FILE } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex } from '#base'
import { pathProblem } from './artifact-path.ts'

/** A file of an artifact. */
export interface ArtifactFile {
  /** Relative, with slashes. */
  readonly path: string
  readonly bytes: Uint8Array
  /** SHA-256, hex. */
  readonly sha256: string
}

/**
 * Something from elsewhere as it was when it was read: bytes, never a folder that others may change meanwhile. Whoever has
 * it in memory (an overlay, a skill, a bundle) makes one of it as the reader of folders does.
 */
export interface Artifact {
  /** By path, in the order of their bytes (UTF-8). Only those whose path breaks no rule. */
  readonly files: readonly ArtifactFile[]
  /** What was found that no artifact may hold: links, devices, paths that break a rule. In words, at most a few. */
  readonly problems: readonly string[]
  /**
   * SHA-256, hex, over a line `<sha256>  <path>` for each file, in their order: what `sha256sum` prints for them, hashed.
   *
   * One with problems has a digest that no sound one has.
   *
   * @see https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1, of which this is the hash without its spelling
   */
  readonly digest: string
  /** Of all files together. */
  readonly size: number
}

/** Problems that are told; there may be thousands. */
const PROBLEMS_TOLD = 10

/**
 * Makes an artifact of files, whatever they are called.
 *
 * @param found problems that the reader met.
 */
export function createArtifact(
  given: readonly Pick<ArtifactFile, 'path' | 'bytes'>[],
  found: readonly string[] = [],
): Artifact {
  const problems = [...found]
  const files: ArtifactFile[] = []
  const folded = new Map<string, string>()
  for (const { path, bytes } of given) {
    const problem = pathProblem(path) ?? twinProblem(path, folded.get(foldCase(path)))
    if (problem === undefined) {
      folded.set(foldCase(path), path)
      files.push({ path, bytes, sha256: sha256Hex(bytes) })
    } else problems.push(`${shown(path)} ${problem}`)
  }
  files.sort((one, two) => Buffer.compare(Buffer.from(one.path), Buffer.from(two.path)))
  return {
    files,
    problems: told(problems),
    digest: sha256Hex(`${files.map(({ sha256, path }) => `${sha256}  ${path}\n`).join('')}${markOf(problems)}`),
    size: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}

const twinProblem = (path: string, other: string | undefined): string | undefined => {
  if (other === undefined) return undefined
  return other === path ? 'is there twice' : `is ${shown(other)} in other letters`
}

/** A line that begins like none of a file. */
const markOf = (problems: readonly string[]): string =>
  problems.length === 0 ? '' : `!${canonicalJson(problems.map((problem) => problem.toWellFormed()))}\n`

/** The same artifact with a manifest; undefined where it holds one already. */
export function withManifest({ files, problems }: Artifact, text: string): Artifact | undefined {
  if (findFile(files, MANIFEST_FILE)) return undefined
  return createArtifact([...files, { path: MANIFEST_FILE, bytes: Buffer.from(text) }], problems)
}

export const findFile = (files: readonly ArtifactFile[], path: string): ArtifactFile | undefined =>
  files.find((file) => file.path === path)

/** Some file systems take two names for one that differ in case, or in how an accent is spelled. */
const foldCase = (path: string): string => path.normalize('NFC').toLowerCase()

const SHOWN_CHARACTERS = 100

/** A path as a message shows it: one line, whatever its name holds. */
export const shown = (path: string): string => JSON.stringify(path.toWellFormed().slice(0, SHOWN_CHARACTERS))

const told = (problems: readonly string[]): readonly string[] =>
  problems.length <= PROBLEMS_TOLD
    ? problems
    : [...problems.slice(0, PROBLEMS_TOLD), `and ${problems.length - PROBLEMS_TOLD} more`]
