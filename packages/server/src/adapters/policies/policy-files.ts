import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { CascadeError, type FolderFile, findFilesBelow, unreadable } from '#base'
import { POLICY_LIMITS, type PolicyFile } from '#policy'

/** What belongs to a bundle, and the tests beside it. */
const BUNDLE = /\.cedar(?:schema)?$/
const TESTS = /\.test\.json$/

/** Beyond these a folder is none of policies but a disk. */
export const LOOKED_THROUGH_MAX = 100_000

export interface PolicyFolder {
  /** In the order of their paths. */
  readonly files: readonly PolicyFile[]
  /** Files of tests, as they are. */
  readonly tests: readonly PolicyFile[]
}

/**
 * Reads the policies, the schema and the tests that a folder holds, at any depth, or files that are named one by one. Paths are
 * told relative to the folder, or as names. In a folder links are not followed.
 *
 * @throws CascadeError SOURCE_UNREADABLE; UNPROCESSABLE for more than a bundle may hold, or no policy at all.
 */
export function readPolicyFiles(
  paths: readonly string[],
  { lookedThroughMax = LOOKED_THROUGH_MAX }: { readonly lookedThroughMax?: number } = {},
): PolicyFolder {
  const found = paths
    .flatMap((path) => findFiles(path, lookedThroughMax))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
  const bundle = found.filter(({ path }) => BUNDLE.test(path))
  if (bundle.every(({ path }) => !path.endsWith('.cedar')))
    throw new CascadeError('UNPROCESSABLE', `There is no policy in ${paths.join(', ')}: their files end in .cedar.`)
  const tests = found.filter(({ path }) => TESTS.test(path))
  return { files: readAll(bundle), tests: readAll(tests) }
}

type Place = Pick<FolderFile, 'path' | 'place'>

/** What is neither a file nor a folder is not opened: a pipe would be waited for. */
function findFiles(path: string, filesMax: number): readonly Place[] {
  const named = guarded(path, () => statSync(path))
  if (named.isFile()) return [{ path: basename(path), place: path }]
  if (!named.isDirectory()) throw new CascadeError('SOURCE_UNREADABLE', `${path} is neither a file nor a folder.`)
  const found = guarded(path, () => findFilesBelow(path, filesMax))
  if (found !== undefined) return found.filter(({ isPlain }) => isPlain)
  throw tooMuch(`more than ${filesMax} files or folders in ${path}`)
}

function readAll(places: readonly Place[]): readonly PolicyFile[] {
  const { bytesMax, filesMax } = POLICY_LIMITS
  if (places.length > filesMax) throw tooMuch(`${places.length} files, more than ${filesMax}`)
  const twin = places.find(({ path }, at) => places[at + 1]?.path === path)
  if (twin !== undefined) throw tooMuch(`two files named ${twin.path}`)
  const bytes = places.reduce((sum, { place }) => sum + guarded(place, () => statSync(place).size), 0)
  if (bytes > bytesMax) throw tooMuch(`${bytes} bytes, more than ${bytesMax}`)
  return places.map(({ path, place }) => ({ path, text: guarded(place, () => readFileSync(place, 'utf8')) }))
}

const tooMuch = (what: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `There are ${what}: that is more than one bundle of policies may hold.`)

function guarded<T>(path: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw unreadable(path, error)
  }
}
