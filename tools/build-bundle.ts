// Makes the bundle of this clone (tools/clone-bundle.mjs), unless it is there.
import { globSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeBundle, isWhole, LISTING } from './clone-bundle.mjs'
import { ROOT } from './node-runtime.mjs'
import { bundleProgram } from './packaging/program.ts'

/** A process loads some of its parts late, so the bundle it came from stays while a few newer ones are made. */
const KEPT_MAX = 5

/** A bundle that holds more than the program has a name, which is that of its folder in the cache. */
export interface BundleKind {
  readonly name?: string
  /** Name → module. */
  readonly entries?: Readonly<Record<string, string>>
  /** Folders of modules that go in beside those of the program. */
  readonly also?: readonly string[]
}

/**
 * Makes the bundle of the files as they are now, unless it is there. Several processes may do so at the same time: each
 * writes to a folder of its own, and the first to end puts it in place.
 *
 * @returns the folder it lies in.
 * @throws Error when the sources cannot be bundled or nothing can be written.
 */
export async function makeBundle(root: string, { entries, ...kind }: BundleKind = {}): Promise<string> {
  // Before it is made: a file that changes meanwhile gives another name, and this bundle is not taken for it.
  const { folder } = describeBundle(root, kind)
  if (isWhole(folder)) return folder
  const draft = `${folder}.${process.pid}`
  try {
    mkdirSync(draft, { recursive: true })
    await bundleProgram(root, draft, entries)
    // Without it Node reads each file twice, to find out which kind of module it is.
    writeFileSync(join(draft, 'package.json'), '{"type":"module"}\n')
    writeFileSync(join(draft, LISTING), JSON.stringify(sizesIn(draft)))
    putInPlace(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  removeOld(dirname(folder))
  return folder
}

const sizesIn = (folder: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    globSync('**/*', { cwd: folder })
      .map((name) => [name, statSync(join(folder, name))] as const)
      .filter(([, stat]) => stat.isFile())
      .map(([name, { size }]) => [name, size]),
  )

function putInPlace(draft: string, folder: string): void {
  if (!isWhole(folder)) rmSync(folder, { recursive: true, force: true })
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Another process was first; its bundle was made of the same files.
    if (!isWhole(folder)) throw error
  }
}

function removeOld(bundles: string): void {
  const byAge = readdirSync(bundles)
    .map((name) => join(bundles, name))
    .map((path) => ({ path, madeAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.madeAt - a.madeAt)
  for (const { path } of byAge.slice(KEPT_MAX)) rmSync(path, { recursive: true, force: true })
}

if (import.meta.main) await makeBundle(ROOT)
