import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Backup } from '@forge-cascade/contract'
import { CascadeError, type Clock, makeFolder, toRfc3339 } from '#base'
import type { Call, CapsuleContext } from '#capsules'
import type { Command } from '#store'

export interface BackupOptions {
  readonly context: Pick<CapsuleContext, 'store'>
  readonly clock: Clock
  /** Folder for backups whose path the caller leaves open; absolute. */
  readonly directory: string
  /** Writes a whole copy of the store into a file that does not exist yet. */
  readonly write: (file: string) => Promise<void>
}

/**
 * Writes a backup while the instance goes on, and records that it was taken.
 *
 * @throws CascadeError UNPROCESSABLE for a path that is relative, taken or has no folder; STORAGE_FULL.
 */
export async function takeBackup(
  { context, clock, directory, write }: BackupOptions,
  call: Call<'system.backup'>,
  asked: string | undefined,
): Promise<Backup> {
  const path = asked ?? newPath(directory, clock())
  assertFree(path)
  // What is written meanwhile may be in the copy; what was acknowledged before is.
  const sequence = context.store.head()
  await write(path)
  await tellBackup(context, call, sequence)
  return describe(path, sequence)
}

/** A name that sorts by time, in a folder that only this user reads. */
function newPath(directory: string, now: number): string {
  makeFolder(directory, 0o700)
  return join(directory, `cascade-${toRfc3339(now).replaceAll(/[:.]/g, '-')}.backup`)
}

/** @throws CascadeError UNPROCESSABLE for a path that is relative, taken, or has no folder. */
function assertFree(path: string): void {
  if (!isAbsolute(path)) throw new CascadeError('UNPROCESSABLE', `The path of a backup is absolute; got ${path}.`)
  if (existsSync(path))
    throw new CascadeError('UNPROCESSABLE', `${path} is there already; a backup never replaces a file.`)
  if (!existsSync(dirname(path))) throw new CascadeError('UNPROCESSABLE', `The folder ${dirname(path)} does not exist.`)
}

async function describe(path: string, sequence: number): Promise<Backup> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { path, bytes: statSync(path).size, sequence, sha256: hash.digest('hex') }
}

/** That somebody took the knowledge with them is part of the record. */
async function tellBackup(
  { store }: BackupOptions['context'],
  { command, grant }: Call<'system.backup'>,
  sequence: number,
): Promise<void> {
  const record: Command['records'][number] = {
    category: 'system',
    type: 'system.backed_up',
    actor: grant.subject,
    correlationId: grant.correlationId,
    subject: 'system/store',
    digests: {},
    payload: { sequence, decision_id: grant.decisionId },
  }
  const event = { type: 'cascade.system.backed_up', subject: 'system/store', data: { sequence } }
  const [outcome] = await store.append([{ ...command, grant, changes: [], records: [record], events: [event] }])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
}
