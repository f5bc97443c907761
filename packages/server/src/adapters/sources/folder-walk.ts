import type { Dirent } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileTrouble } from '#base'
import { type FileKind, PATH_BYTES_MAX } from '../../domain/capsules/import/index.ts'
import { type FileSelection, isFolderLeftOut } from './file-selection.ts'
import { decode } from './file-text.ts'
import { IGNORE_FILE_BYTES_MAX, IGNORE_FILES, type IgnoreRules, IgnoreRules as Rules } from './ignore-rules.ts'
import { isInside, readRegularFile } from './read-regular-file.ts'

/** A file to read, or one that is not and why. Paths are relative to the root. */
export type FoundFile =
  | { readonly path: string; readonly kind: FileKind }
  | { readonly path: string; readonly reason: string }

/** Beyond these a folder is no collection of documents but a disk. */
export const WALK_LIMITS = { depthMax: 64, filesMax: 200_000, entriesPerFolderMax: 100_000 } as const
type WalkLimits = { readonly [Name in keyof typeof WALK_LIMITS]: number }

interface Walk {
  readonly root: string
  readonly selection: FileSelection
  readonly signal: AbortSignal
  readonly limits: WalkLimits
  found: number
}

/**
 * The files below a folder in the order of their paths. Hidden folders and those of tools are not entered, nor what
 * `.gitignore` and `.cascadeignore` leave out; links, pipes, sockets and devices are never opened.
 */
export async function* walkFolder(
  root: string,
  selection: FileSelection,
  signal: AbortSignal,
  limits: WalkLimits = WALK_LIMITS,
): AsyncGenerator<FoundFile, void, undefined> {
  const walk: Walk = { root, selection, signal, limits, found: 0 }
  yield* walkInto(walk, '', new Rules(), 0)
}

async function* walkInto(
  walk: Walk,
  folder: string,
  above: IgnoreRules,
  depth: number,
): AsyncGenerator<FoundFile, void, undefined> {
  walk.signal.throwIfAborted()
  const entries = await listFolder(walk, folder)
  if ('reason' in entries) return yield { path: folder === '' ? '.' : folder, reason: entries.reason }
  const rules = above.within(folder, await readIgnoreFiles(walk, folder, entries.entries))
  for (const entry of entries.entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* enter(walk, path, entry.name, rules, depth + 1)
    else yield* look(walk, path, entry, rules)
  }
}

async function* enter(
  walk: Walk,
  path: string,
  name: string,
  rules: IgnoreRules,
  depth: number,
): AsyncGenerator<FoundFile, void, undefined> {
  if (isFolderLeftOut(name) || rules.isIgnored(path, true) || walk.selection.isFolderExcluded(path)) return
  if (depth > walk.limits.depthMax) yield { path, reason: `folders are entered ${walk.limits.depthMax} levels deep` }
  else if (Buffer.byteLength(path) > PATH_BYTES_MAX)
    yield { path: path.slice(0, PATH_BYTES_MAX), reason: 'its path is too long' }
  else yield* walkInto(walk, path, rules, depth)
}

async function* look(
  walk: Walk,
  path: string,
  entry: Dirent,
  rules: IgnoreRules,
): AsyncGenerator<FoundFile, void, undefined> {
  if (rules.isIgnored(path, false)) return
  const selected = walk.selection.select(path)
  const { filesMax } = walk.limits
  if (!selected || walk.found > filesMax) return
  walk.found++
  if (walk.found > filesMax)
    return yield { path, reason: `at most ${filesMax} files are read; this and the rest are not` }
  if (!entry.isFile()) return yield { path, reason: await reasonFor(walk, path, entry) }
  yield 'kind' in selected ? { path, kind: selected.kind } : { path, reason: selected.reason }
}

/** A link is told where it leads: inside the folder its target is met by itself, outside it is none of ours. */
async function reasonFor({ root }: Walk, path: string, entry: Dirent): Promise<string> {
  if (!entry.isSymbolicLink()) return 'it is no regular file'
  try {
    const target = await realpath(join(root, path))
    if (!isInside(target, root)) return 'it is a link that leads out of the folder'
    return (await stat(target)).isDirectory() ? 'it is a link to a folder' : 'it is a link to another file'
  } catch (error) {
    return `it is a link that leads nowhere: ${fileTrouble(error)}`
  }
}

interface Listing {
  readonly entries: readonly Dirent[]
}

async function listFolder(
  { root, signal, limits }: Walk,
  folder: string,
): Promise<Listing | { readonly reason: string }> {
  try {
    const entries: Dirent[] = []
    for await (const entry of await opendir(join(root, folder))) {
      signal.throwIfAborted()
      if (entries.length >= limits.entriesPerFolderMax)
        return { reason: `it has more than ${limits.entriesPerFolderMax} entries` }
      entries.push(entry)
    }
    return { entries: entries.sort(byName) }
  } catch (error) {
    signal.throwIfAborted()
    return { reason: `it cannot be listed: ${fileTrouble(error)}` }
  }
}

/** By code unit, the same on every machine. */
const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : Number(a.name > b.name))

async function readIgnoreFiles({ root }: Walk, folder: string, entries: readonly Dirent[]): Promise<readonly string[]> {
  const texts: string[] = []
  for (const name of IGNORE_FILES) {
    if (!entries.some((entry) => entry.name === name && entry.isFile())) continue
    const read = await readRegularFile(join(root, folder, name), root, IGNORE_FILE_BYTES_MAX)
    if ('bytes' in read && read.bytes) texts.push(decode(read.bytes) ?? '')
  }
  return texts
}
