import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { CascadeError, unreadable } from '#base'
import { POLICY_LIMITS, type PolicyFile } from '#policy'

/** What belongs to a bundle, and the tests beside it. */
const BUNDLE = /\.cedar(?:schema)?$/
const TESTS = /\.test\.json$/

export interface PolicyFolder {
  /** In the order of their paths. */
  readonly files: readonly PolicyFile[]
  /** Files of tests, as they are. */
  readonly tests: readonly PolicyFile[]
}

/**
 * Reads the policies, the schema and the tests that a folder holds, at any depth, or files that are named one by one. Paths are
 * told relative to the folder, or as names. Links are not followed.
 *
 * @throws CascadeError SOURCE_UNREADABLE; UNPROCESSABLE for more than a bundle may hold, or no policy at all.
 */
export function readPolicyFiles(paths: readonly string[]): PolicyFolder {
  const found = paths.flatMap(findFiles).sort((one, other) => (one.path < other.path ? -1 : 1))
  const bundle = found.filter(({ path }) => BUNDLE.test(path))
  if (bundle.every(({ path }) => !path.endsWith('.cedar')))
    throw new CascadeError('UNPROCESSABLE', `There is no policy in ${paths.join(', ')}: their files end in .cedar.`)
  const tests = found.filter(({ path }) => TESTS.test(path))
  return { files: readAll(bundle), tests: readAll(tests) }
}

interface Place {
  readonly path: string
  readonly place: string
}

function findFiles(path: string): readonly Place[] {
  return guarded(path, () => {
    if (!statSync(path).isDirectory()) return [{ path: basename(path), place: path }]
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((place) => ({ place, path: relative(path, place).split(sep).join('/') }))
  })
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
