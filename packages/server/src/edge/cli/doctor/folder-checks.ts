import { constants, type StatsFs } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isErrno } from '#base'
import { findOwner } from '#data-folder'
import { findLiving } from '../connect.ts'
import { byteSize } from '../render/words.ts'
import { quoteForShell } from '../shell-word.ts'
import { attempt, type DoctorFinding, denied, fine, isDenied, problem, warning } from './finding.ts'
import { STORE_LOG } from './store-files.ts'

/** Below this much room a busy instance may run into a full disk within hours. */
const FREE_BYTES_MIN = 512 * 1024 * 1024
/** A log this long is not folded back by itself any more: something keeps it from being. */
const WAL_BYTES_MAX = 64 * 1024 * 1024
/** What others than the user must not do with a folder that holds a token. */
const OTHERS = 0o077

/**
 * File systems that reach over a network or through a program, by the number that Linux gives them.
 *
 * @see statfs(2)
 */
const REMOTE_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x65735546, 'FUSE'],
])

export interface FolderCheckOptions {
  readonly platform: NodeJS.Platform
  /** User id of this process; undefined where users have none. */
  readonly userId: number | undefined
  readonly readFileSystem?: (path: string) => Promise<Pick<StatsFs, 'bavail' | 'bsize' | 'type'>>
}

/** Finds what is wrong with the folder itself; the store in it is the instance's to check. */
export async function checkFolder(directory: string, options: FolderCheckOptions): Promise<DoctorFinding[]> {
  const { platform, readFileSystem = statfs } = options
  const place = await nearestFolder(directory)
  const fileSystem = await readFileSystem(place)
  const beneath = [checkRoom(place, fileSystem), ...(platform === 'linux' ? [checkFileSystem(place, fileSystem)] : [])]
  return [...(await attempt('access', () => checkItself(directory, options))), ...beneath]
}

async function checkItself(directory: string, options: FolderCheckOptions): Promise<DoctorFinding[]> {
  const found = await findStats(directory)
  if (found === undefined)
    return [fine('data folder', `${directory} is not there yet; the first command that stores something makes it`)]
  if (!found.isDirectory())
    return [
      problem('data folder', `${directory} is a file`, { fix: 'Name a folder: --data, CASCADE_DATA or data.dir.' }),
    ]
  const access = await checkAccess(directory)
  // Behind a closed door there is nothing to be seen.
  const within = access.ok ? await checkWithin(directory, options) : []
  return [access, ...(await checkOutside(directory, options)), ...within]
}

const checkOutside = async (directory: string, { platform, userId }: FolderCheckOptions) =>
  platform === 'win32'
    ? []
    : there([await checkUser(directory, userId), await checkMode('data folder', directory, '700')])

async function checkWithin(directory: string, { platform }: FolderCheckOptions): Promise<DoctorFinding[]> {
  const token = join(directory, 'token')
  const each = await Promise.all([
    attempt('token permissions', async () =>
      platform === 'win32' ? [] : there([await checkMode('token', token, '600')]),
    ),
    attempt('owner', async () => [await checkOwner(directory)]),
    attempt('write-ahead log', async () => there([await checkLog(directory)])),
  ])
  return each.flat()
}

const there = (findings: readonly (DoctorFinding | undefined)[]): DoctorFinding[] =>
  findings.filter((finding) => finding !== undefined)

async function checkAccess(directory: string): Promise<DoctorFinding> {
  try {
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return fine('access', `${directory} can be read and written`)
  } catch (error) {
    return denied('access', error)
  }
}

/** What one user makes in the folder of another, that one cannot open any more. */
async function checkUser(directory: string, userId: number | undefined): Promise<DoctorFinding | undefined> {
  const found = await findStats(directory)
  if (found === undefined || userId === undefined || found.uid === userId) return undefined
  return warning('user', `${directory} belongs to user ${found.uid}, and this is user ${userId}`, {
    means: 'Files that are made now will not open for the user whose folder it is.',
    fix: `Run the command as that user, or take the folder over: \`chown -R ${userId} ${quoteForShell(directory)}\``,
  })
}

async function checkMode(check: string, path: string, wanted: string): Promise<DoctorFinding | undefined> {
  const found = await findStats(path)
  if (found === undefined) return undefined
  const shown = `mode ${(found.mode & 0o777).toString(8)} of ${path}`
  return (found.mode & OTHERS) === 0
    ? fine(`${check} permissions`, shown)
    : problem(`${check} permissions`, shown, {
        means: 'Others on this machine can use what is in it; whoever reads the token may do everything.',
        fix: `Take that away: \`chmod ${wanted} ${quoteForShell(path)}\``,
      })
}

function checkRoom(place: string, { bavail, bsize }: Pick<StatsFs, 'bavail' | 'bsize'>): DoctorFinding {
  const free = bavail * bsize
  return free >= FREE_BYTES_MIN
    ? fine('disk', `${byteSize(free)} free at ${place}`)
    : problem('disk', `${byteSize(free)} free at ${place}`, {
        means: 'Writing may fail soon. Reading goes on, and nothing that was acknowledged is lost.',
        fix: `Free some space, to ${byteSize(FREE_BYTES_MIN)} at least.`,
      })
}

function checkFileSystem(place: string, { type }: Pick<StatsFs, 'type'>): DoctorFinding {
  // Some kernels give the number with its sign.
  const name = REMOTE_FILE_SYSTEMS.get(type >>> 0)
  return name === undefined
    ? fine('file system', `${place} is on a disk of this machine`)
    : warning('file system', `${place} is on ${name}`, {
        means:
          'Locks and fsync may not mean there what they say: two processes could own the folder, and a power cut could damage it.',
        fix: 'Put the data folder on a disk of this machine, and copy backups to the network.',
      })
}

async function checkOwner(directory: string): Promise<DoctorFinding> {
  const owner = findOwner(directory)
  const living = await findLiving(directory)
  if (living !== undefined)
    return fine(
      'owner',
      `process ${living.pid} since ${living.started_at}${living.url === null ? '' : `, at ${living.url}`}`,
    )
  const left =
    owner === undefined
      ? 'nobody'
      : `nobody; process ${owner.pid} left without a word, and the next start puts that in order. The file \`lock\` holds nothing by itself: never delete it`
  return fine('owner', left)
}

/** The write-ahead log; it is folded into the store while an instance runs, and when it stops. */
async function checkLog(directory: string): Promise<DoctorFinding | undefined> {
  const found = await findStats(join(directory, STORE_LOG))
  if (found === undefined) return undefined
  const shown = `${byteSize(found.size)} in ${STORE_LOG}`
  return found.size <= WAL_BYTES_MAX
    ? fine('write-ahead log', shown)
    : warning('write-ahead log', shown, {
        means:
          'Changes are safe in it, but reading gets slower and the disk fuller: a long read, or a full disk, kept it from being folded back.',
        fix: 'Stop the instance and start it again, which folds it back. Never delete the file: it holds what was acknowledged.',
      })
}

/** The folder itself or the nearest above it that can be looked at. */
async function nearestFolder(path: string): Promise<string> {
  let place = path
  while (!(await isSeen(place)) && dirname(place) !== place) place = dirname(place)
  return place
}

async function isSeen(path: string): Promise<boolean> {
  try {
    return (await findStats(path)) !== undefined
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}

async function findStats(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
