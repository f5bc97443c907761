import { isCascadeError } from '#base'

/** A backup, or a generation of a chain: a base with the segments that follow it up to the next base. */
export interface BackupEntry {
  /** Of a backup its id, of a generation the name of the group of its keys. */
  readonly id: string
  readonly kind: 'backup' | 'generation'
  /** The file of the backup where it was written; of a generation the folder of its chain. */
  readonly place: string
  /** Newest leaf in it; -1 for an empty store. */
  readonly sequence: number
  /** RFC 3339. */
  readonly madeAt: string
  /** The keys that open it, which lie in the ring. */
  readonly keyIds: readonly string[]
  /** True when the file lies where it was written, so that it can be rewritten. */
  readonly isReachable: boolean
  /** True when the key was also written into a file elsewhere: destroying it here does not close every copy. */
  readonly handedOut: boolean
}

/** What became of the keys of one entry. */
export interface DestroyedKeys {
  readonly id: string
  readonly place: string
  readonly keyIds: readonly string[]
  readonly handedOut: boolean
}

/** A key that was written into a file of a person's choosing, and that is not in the ring any more. */
export interface HandedOutKey {
  /** Of the backup that it was made for. */
  readonly id: string
  /** Where that backup was written. */
  readonly place: string
  readonly keyId: string
  /** The file that the key was written into; null where that was not recorded. */
  readonly keyFile: string | null
  /** RFC 3339. */
  readonly madeAt: string
}

/**
 * The backups and shipped segments that a store knows of, for those who must take something out of all of them. Content
 * is taken out of a backup by writing it anew under another key; what cannot be reached is closed by destroying its key,
 * and named.
 */
export interface BackupVault {
  /** What can still be opened, oldest first. */
  list(): Promise<readonly BackupEntry[]>
  /**
   * Opens a reachable backup into a private file, lets `erase` change it there, and puts it back under a new key; the old
   * key is destroyed. After a crash the one or the other backup is there, whole.
   *
   * @param erase gets the path of a database of the store that nobody else has open, and leaves it closed.
   * @throws CascadeError NOT_FOUND for what is no backup that can be reached, STORAGE_FULL when there is no room for the
   *   private file, BACKUP_INVALID when it was damaged; the backup and its key are what they were then.
   */
  rewrite(id: string, erase: (databaseFile: string) => Promise<void>): Promise<BackupEntry>
  /** Destroys the keys of an entry; doing it twice is doing it once. @throws CascadeError NOT_FOUND. */
  destroyKey(id: string, why: string): Promise<DestroyedKeys>
  /**
   * Begins a new chain from the store as it is now, and destroys the keys of every generation of before: points in time
   * before this moment cannot be reached any more. Without shipping only the latter.
   */
  beginAnew(why: string): Promise<readonly DestroyedKeys[]>
  /**
   * Every key that was handed out and destroyed here since, oldest first: a copy of the backup as it was then still opens
   * for whoever has the key.
   */
  listHandedOut(): Promise<readonly HandedOutKey[]>
}

/** What an erasure did to the backups. */
export interface BackupErasure {
  /** Written anew without what was erased. */
  readonly rewritten: readonly BackupEntry[]
  /** Closed for good, as they could not be reached or opened, or belong to a chain. */
  readonly closed: readonly DestroyedKeys[]
  /** Out of reach: what these open is closed here alone, whichever erasure destroyed them. */
  readonly handedOut: readonly HandedOutKey[]
}

/**
 * Takes something out of all backups, once it is out of the store itself: what can be reached and opened is rewritten, the
 * keys of the rest are destroyed, and a chain begins anew. Repeating it after a crash finishes it.
 *
 * @throws CascadeError STORAGE_FULL and what `erase` throws; what was done until then stays done.
 */
export async function eraseFromBackups(
  vault: BackupVault,
  erase: (databaseFile: string) => Promise<void>,
  why: string,
): Promise<BackupErasure> {
  const backups = (await vault.list()).filter(({ kind }) => kind === 'backup')
  const rewritten: BackupEntry[] = []
  const closed: DestroyedKeys[] = []
  for (const { id, isReachable } of backups) {
    const entry = isReachable ? await rewriteIfWhole(vault, id, erase) : undefined
    if (entry) rewritten.push(entry)
    else closed.push(await vault.destroyKey(id, why))
  }
  closed.push(...(await vault.beginAnew(why)))
  return { rewritten, closed, handedOut: await vault.listHandedOut() }
}

/** Damaged, or written by a newer program: nothing can be taken out of it, and part of it may still be readable. */
const UNREADABLE: ReadonlySet<string> = new Set(['BACKUP_INVALID', 'DATA_CORRUPT', 'DATA_FOLDER_NEWER'])

/** Undefined for a backup that cannot be opened, which must not keep others from being erased in. */
async function rewriteIfWhole(
  vault: BackupVault,
  id: string,
  erase: (databaseFile: string) => Promise<void>,
): Promise<BackupEntry | undefined> {
  try {
    return await vault.rewrite(id, erase)
  } catch (error) {
    if (isCascadeError(error) && UNREADABLE.has(error.code)) return undefined
    throw error
  }
}
