import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '#base'
import type { Config } from '#config'
import type { CliIo } from '../cli-io.ts'
import { plural } from '../render/words.ts'
import { quoteForShell } from '../shell-word.ts'
import { attempt, type DoctorFinding, fine, problem, warning } from './finding.ts'

/** What others than the user must not do with keys. */
const OTHERS = 0o077
const KEYS = '.keys'
const BACKUP = '.backup'

type Settings = Pick<Config, 'data' | 'store' | 'backup'>

/** Whether the keys of backups are there, whole and the user's alone, and whether the shipped log has somewhere to go. */
export async function checkBackups(
  config: Settings,
  { runtime: { platform }, listRestorable }: Pick<CliIo, 'runtime' | 'listRestorable'>,
): Promise<DoctorFinding[]> {
  const keys = config.backup.keys ?? join(config.data.dir, 'keys')
  const found = await Promise.all([
    attempt('backup keys', () => checkKeys(keys, platform)),
    attempt('backups', () => checkSealed(config, keys, listRestorable)),
    checkTarget(config.backup.ship.directory),
  ])
  return found.flat()
}

async function checkKeys(keys: string, platform: NodeJS.Platform): Promise<DoctorFinding[]> {
  const names = (await namesIn(keys))?.filter((name) => name.endsWith(KEYS))
  if (names === undefined || names.length === 0)
    return [fine('backup keys', `none in ${keys}; each backup puts its own there`)]
  const open = platform === 'win32' ? [] : await listOpen([keys, ...names.map((name) => join(keys, name))])
  const [first] = open
  if (first !== undefined)
    return [
      problem('backup keys', `others can use ${first}${open.length > 1 ? `, and ${open.length - 1} more` : ''}`, {
        means: 'Whoever reads a key opens every copy of the backup that it is for.',
        fix: `Take that away: \`chmod -R go= ${quoteForShell(keys)}\``,
      }),
    ]
  const shut = await listUnreadable(names.map((name) => join(keys, name)))
  return shut.length === 0
    ? [fine('backup keys', `${plural(names.length, 'file')} in ${keys}`)]
    : [
        problem('backup keys', `${plural(shut.length, 'file')} in ${keys} cannot be read, such as ${shut[0]}`, {
          means: 'What they are for cannot be restored by this user, and an erasure cannot reach it.',
          fix: 'Give them back to the user of the instance.',
        }),
      ]
}

/** Backups that lie where they are written, and whose keys are not here. */
async function checkSealed(
  { data, store, backup }: Settings,
  keys: string,
  listRestorable: CliIo['listRestorable'],
): Promise<DoctorFinding[]> {
  const folder = store.backup_dir ?? join(data.dir, 'backups')
  const files = ((await namesIn(folder)) ?? [])
    .filter((name) => name.endsWith(BACKUP))
    .map((name) => join(folder, name))
  if (files.length === 0) return []
  const known = await listRestorable(data.dir, { from: backup.ship.directory, keys })
  const paths = new Set(known.backups.map(({ path }) => path))
  const without = files.filter((file) => !paths.has(file))
  return without.length === 0
    ? [fine('backups', `${plural(files.length, 'file')} in ${folder}, and a key for each`)]
    : [
        warning('backups', `no key for ${plural(without.length, 'file')} in ${folder}, such as ${without[0]}`, {
          means: 'Nobody can restore them without it: it was destroyed by an erasure, or lies elsewhere.',
          fix: 'Put the key back where you keep a copy of it, or delete the backup and make a new one.',
        }),
      ]
}

async function checkTarget(target: string | undefined): Promise<DoctorFinding[]> {
  if (target === undefined) return []
  try {
    await access(target, constants.R_OK | constants.W_OK | constants.X_OK)
    return [fine('shipping target', `${target} can be written to`)]
  } catch (error) {
    return [
      problem('shipping target', `${target} cannot be written to: ${codeOf(error)}`, {
        means:
          'Segments of the log wait in the data folder, within a bound; points in time after the last one there are lost with this disk. An erasure is not complete before it is back.',
        fix: 'Mount it, or correct backup.ship.directory.',
      }),
    ]
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be opened'

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

async function listOpen(paths: readonly string[]): Promise<string[]> {
  const modes = await Promise.all(paths.map(async (path) => (await stat(path)).mode))
  return paths.filter((_, index) => ((modes[index] ?? 0) & OTHERS) !== 0)
}

async function listUnreadable(paths: readonly string[]): Promise<string[]> {
  const each = await Promise.all(
    paths.map((path) =>
      access(path, constants.R_OK).then(
        () => [],
        () => [path],
      ),
    ),
  )
  return each.flat()
}
