import { createInterface } from 'node:readline'
import type { GitCommit } from './git-log.ts'
import { askGit, startGit } from './git-process.ts'
import type { GitRepository } from './git-repository.ts'

/** A commit to say where a state is from, when no single one made it. */
export type Origin = Pick<GitCommit, 'id' | 'at' | 'author'>

/** Ids of the main line (first parents) as far as it can be read, and its newest commit. */
export async function readMainLine(
  { place, head }: GitRepository,
  signal: AbortSignal,
): Promise<{ readonly ids: ReadonlySet<string>; readonly newest: Origin }> {
  const words = ['--encoding=UTF-8', '--format=%ct %an', head, '--']
  const [seconds = '', ...author] = (await askGit(['log', '--no-walk', ...words], place, signal)).trimEnd().split(' ')
  const newest = { id: head, at: Number(seconds) * 1000, author: author.join(' ') }
  const ids = new Set([head])
  await using git = startGit(['rev-list', '--first-parent', head, '--'], place, signal)
  // Where a commit is missing the line ends; that the history does, too, is said where it is read.
  for await (const id of createInterface(git.stdout)) ids.add(id)
  return { ids, newest }
}
