// Makes the bundle of this clone (tools/clone-bundle.mjs), unless it is there.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describeBundle, isWhole, LISTING } from './clone-bundle.mjs'
import { ROOT } from './node-runtime.mjs'
import { removeOldBundles } from './old-bundles.ts'
import { bundleProgram } from './packaging/program.ts'

/** Without it Node reads each file twice, to find out which kind of module it is. */
const MANIFEST = { name: 'package.json', text: '{"type":"module"}\n' }
/** Somebody who saves a file while it is bundled does so once, as a rule. */
const TRIES_MAX = 3
/** Windows flushes only what is opened for writing, and no folders. */
const WINDOWS = process.platform === 'win32'

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
 * writes to a folder of its own, and the first to end puts it in place. Where a file changes meanwhile, it begins anew.
 *
 * @returns the folder it lies in.
 * @throws Error when the sources cannot be bundled, do not come to rest, or nothing can be written.
 */
export async function makeBundle(root: string, kind: BundleKind = {}): Promise<string> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const { folder } = describeBundle(root, kind)
    if (isWhole(folder)) return folder
    if (await makeOnce(root, folder, kind)) {
      removeOldBundles(dirname(folder))
      return folder
    }
  }
  throw new Error(`the sources changed while they were bundled, ${TRIES_MAX} times`)
}

/** @returns false when a file changed meanwhile: the bundle may hold some as they were and some as they are. */
async function makeOnce(root: string, folder: string, kind: BundleKind): Promise<boolean> {
  const draft = uniqueBeside(folder)
  try {
    mkdirSync(draft, { recursive: true })
    await write(root, draft, kind.entries)
    if (describeBundle(root, kind).folder !== folder) return false
    putInPlace(draft, folder)
    return true
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function write(root: string, draft: string, entries: BundleKind['entries']): Promise<void> {
  const { files } = await bundleProgram(root, draft, entries)
  writeFileSync(join(draft, MANIFEST.name), MANIFEST.text)
  writeFileSync(join(draft, LISTING), JSON.stringify({ ...files, [MANIFEST.name]: MANIFEST.text.length }))
  if (!isWhole(draft)) throw new Error(`${draft} does not hold what was written there`)
  flush(draft)
}

/** A machine that loses its power may keep a name and lose what it stands for; then lengths say nothing. */
function flush(draft: string): void {
  const below = readdirSync(draft, { recursive: true, withFileTypes: true })
  for (const entry of below)
    if (entry.isFile()) flushPath(join(entry.parentPath, entry.name), WINDOWS ? 'r+' : 'r')
    else if (!WINDOWS) flushPath(join(entry.parentPath, entry.name), 'r')
  if (!WINDOWS) flushPath(draft, 'r')
}

function flushPath(path: string, flags: string): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Another process may put the same bundle there first; what is damaged goes aside, for nobody can replace a full folder. */
function putInPlace(draft: string, folder: string): void {
  if (moved(draft, folder)) return
  const aside = uniqueBeside(folder)
  try {
    if (existsSync(folder)) renameSync(folder, aside)
    if (!moved(draft, folder)) throw new Error(`${folder} cannot be replaced`)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/** @returns false when something damaged is in the way. */
function moved(draft: string, folder: string): boolean {
  try {
    renameSync(draft, folder)
    return true
  } catch (error) {
    if (!existsSync(folder)) throw error
    return isWhole(folder)
  }
}

/** No process id: machines that share the folder have the same ones. */
const uniqueBeside = (folder: string): string => `${folder}.${randomUUID()}`

if (import.meta.main) await makeBundle(ROOT)
