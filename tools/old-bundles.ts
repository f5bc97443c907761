import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { FAILED_MS_MAX } from './choose-program.mjs'
import { debug, messageOf } from './clone-bundle.mjs'

/** Whoever goes back to an earlier commit and forth again does not wait. */
const KEPT_MAX = 5
/** A process loads some of its parts late, so the bundle it came from stays; each start says that it is used. */
const UNUSED_MS = 7 * 24 * 3_600_000
/** Drafts and locks of processes that were killed: a build takes two seconds. */
const LEFT_MS = 3_600_000

const BUNDLE = /^[0-9a-f]{32}$/
const BESIDE = /^[0-9a-f]{32}\./
const FAILURE = /\.failed$/

interface Found {
  readonly name: string
  readonly path: string
  /** How long ago a bundle was used, or what lies beside it was written; negative where the clock went back. */
  readonly ageMs: number
}

/** Removes what nobody needs of a folder of bundles; what cannot be removed stays. */
export function removeOldBundles(folder: string, { now = Date.now() } = {}): void {
  const found = listFound(folder, now)
  const bundles = found.filter(({ name }) => BUNDLE.test(name)).sort((a, b) => a.ageMs - b.ageMs)
  const unused = bundles.slice(KEPT_MAX).filter(({ ageMs }) => ageMs > UNUSED_MS)
  const left = found.filter(({ name, ageMs }) => BESIDE.test(name) && ageMs > keptMs(name))
  for (const { path } of [...unused, ...left]) attempt(() => rmSync(path, { recursive: true, force: true }))
}

const listFound = (folder: string, now: number): readonly Found[] =>
  (attempt(() => readdirSync(folder)) ?? []).flatMap((name) => {
    const path = join(folder, name)
    const stat = attempt(() => statSync(path, { throwIfNoEntry: false }))
    return stat === undefined ? [] : { name, path, ageMs: now - stat.mtimeMs }
  })

const keptMs = (name: string): number => (FAILURE.test(name) ? FAILED_MS_MAX : LEFT_MS)

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    debug('old bundles: %s', messageOf(error))
    return undefined
  }
}
