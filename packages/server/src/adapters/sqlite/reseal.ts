import { statSync } from 'node:fs'
import { CascadeError } from '#base'
import { KeyRing, SealedReader, unsealFile } from '../vault/index.ts'
import { assertRoom, type BackupRequest, sealBackup, type WrittenBackup } from './backup.ts'

/** A sealed backup, and the private file that it is opened into. */
export interface Resealing {
  readonly file: string
  readonly keys: string
  readonly keyId: string
  readonly draft: string
}

/** Opens a backup into its private file. @throws CascadeError STORAGE_FULL, BACKUP_INVALID, BACKUP_KEY_MISSING. */
export function unseal({ file, keys, keyId, draft }: Resealing): void {
  const key = new KeyRing(keys).find(keyId)
  if (!key) throw new CascadeError('BACKUP_KEY_MISSING', `The key ${keyId} of ${file} is not in ${keys}.`)
  // What was sealed is at least as long as the file: chunks that do not get shorter stay about as they are.
  assertRoom(keys, statSync(file).size)
  using reader = new SealedReader(file)
  unsealFile(reader, key, draft)
}

/** Puts the private file in the place of the backup, under the key of `request`. The caller destroys the old key. */
export function reseal({ draft }: Resealing, request: BackupRequest): WrittenBackup {
  using reader = new SealedReader(request.file)
  return sealBackup(draft, reader.header.sequence, request)
}
