import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Backup, BackupRequest } from '@forge-cascade/contract'
import { CascadeError, type Clock, makeFolder, toRfc3339 } from '#base'
import type { Call, CapsuleContext } from '#capsules'
import { tellOnce } from './tell-once.ts'

/** What a store says of a backup that it sealed. */
export interface SealedBackup {
  readonly fileBytes: number
  /** SHA-256 of the file, hex. */
  readonly digest: string
  readonly header: { readonly id: string; readonly keyId: string; readonly keys: string; readonly sequence: number }
}

export interface BackupOptions {
  readonly context: Pick<CapsuleContext, 'store'>
  readonly clock: Clock
  /** Folder for backups whose path the caller leaves open; absolute. */
  readonly directory: string
  /** Seals a whole copy of the store into a file that does not exist yet, and puts a copy of its key where asked. */
  readonly write: (file: string, keyFile: string | undefined) => Promise<SealedBackup>
}

/**
 * Writes a backup while the instance goes on, and records that it was taken.
 *
 * @throws CascadeError UNPROCESSABLE for a path that is relative, taken or has no folder; STORAGE_FULL.
 */
export async function takeBackup(
  { context, clock, directory, write }: BackupOptions,
  call: Call<'system.backup'>,
  asked: BackupRequest,
): Promise<Backup> {
  const path = asked.path ?? newPath(directory, clock())
  assertFree(path)
  if (asked.key_path !== undefined) assertFree(asked.key_path)
  const { header, fileBytes, digest } = await write(path, asked.key_path)
  // That somebody took the knowledge with them is part of the record.
  const payload = { sequence: header.sequence }
  await tellOnce(context.store, call, { subject: 'system/store', type: 'system.backed_up', payload })
  return {
    path,
    bytes: fileBytes,
    sequence: header.sequence,
    sha256: digest,
    id: header.id,
    key_id: header.keyId,
    keys: header.keys,
    key_path: asked.key_path ?? null,
  }
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
