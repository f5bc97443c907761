import { copyFile, mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { CascadeError, isErrno, unreadable } from '#base'
import { askGit, type GitPlace } from './git-process.ts'
import type { TempArea } from './temp-area.ts'

/** A repository whose objects are read, at the commit its HEAD names. */
export interface GitRepository extends AsyncDisposable {
  /** Real path of the working tree or the bare repository. */
  readonly root: string
  readonly head: string
  readonly place: GitPlace
}

/** Long enough for a slow disk, short enough for a configuration that includes a pipe. */
const LOOK_MS = 10_000

export interface OpenRepositoryOptions {
  /** Where the folder of ours lies as long as the repository is open. */
  readonly temp: TempArea
  readonly signal: AbortSignal
}

/**
 * Opens the repository at exactly this path: a working tree, a linked one, or a bare repository.
 *
 * Its configuration is data of a stranger and may name programs to run. So Git looks once where things are, which runs
 * none of them, and from then on reads the objects from a folder of ours with a configuration of ours.
 *
 * @throws CascadeError UNAVAILABLE as `TempArea` does; SOURCE_UNREADABLE when there is none, it has no commit, or git is not installed.
 */
export async function openGitRepository(path: string, { temp, signal }: OpenRepositoryOptions): Promise<GitRepository> {
  const root = await realpath(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  const found = await look(root, AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]))
  const folder = await temp.open()
  try {
    await writeGitDir(folder.path, found)
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
  return {
    root,
    head: found.head,
    place: { gitDir: folder.path, objectDir: found.objects },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

interface Found {
  readonly format: string
  readonly objects: string
  readonly shallow: string
  readonly head: string
}

async function look(root: string, signal: AbortSignal): Promise<Found> {
  // Of whoever owns it: nothing in it is run.
  const args = [
    '-c',
    'safe.directory=*',
    'rev-parse',
    '--show-object-format',
    '--git-path',
    'objects',
    '--git-path',
    'shallow',
  ]
  const place = { workDir: root, ceiling: dirname(root) }
  const [format = '', objects = '', shallow = ''] = (await askGit(args, place, signal)).split('\n')
  const head = await askGit(
    ['-c', 'safe.directory=*', 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}'],
    place,
    signal,
  ).catch((cause) => {
    throw new CascadeError('SOURCE_UNREADABLE', `The repository ${root} has no commit yet.`, { cause })
  })
  return { format, objects: resolve(root, objects), shallow: resolve(root, shallow), head: head.trim() }
}

async function writeGitDir(gitDir: string, { format, shallow }: Found): Promise<void> {
  const config = ['[core]', 'repositoryformatversion = 1', 'bare = true', '[extensions]', `objectFormat = ${format}`]
  await mkdir(join(gitDir, 'refs'))
  await mkdir(join(gitDir, 'objects'))
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n')
  await writeFile(join(gitDir, 'config'), `${config.join('\n')}\n`)
  await copyFile(shallow, join(gitDir, 'shallow')).catch((error) => {
    // A whole repository has no such file.
    if (!isErrno(error, 'ENOENT')) throw error
  })
}
