import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BackupEntry, BackupVault, DestroyedKeys, HandedOutKey } from '#backup'
import { CascadeError, type Clock, createUuidV7, systemRandom, toRfc3339 } from '#base'
import { type DestroyedKey, isReachable, KeyRing, type RingEntry } from '../vault/index.ts'
import { type BackupRequest, draftFor, type WrittenBackup } from './backup.ts'
import type { CareOperations } from './care-worker.ts'
import type { ThreadLink } from './thread-link.ts'

type Care = ThreadLink<CareOperations>
type Progress = (done: number, total: number) => void

export interface BackupVaultOptions {
  /** The data folder. */
  readonly directory: string
  /** Folder of the ring. */
  readonly keys: string
  readonly clock: Clock
  /** Runs long work in a thread of its own. */
  readonly care: <T>(work: (care: Care) => Promise<T>) => Promise<T>
  /** Begins a new chain and brings its base to where segments are shipped; nothing where none are. */
  readonly beginChain: () => Promise<void>
}

/** The backups of the embedded store: written, listed and rewritten in a thread of their own. */
export class SqliteBackupVault implements BackupVault {
  readonly #options: BackupVaultOptions
  readonly #ring: KeyRing
  readonly #newId: () => string

  constructor(options: BackupVaultOptions) {
    this.#options = options
    this.#ring = new KeyRing(options.keys)
    this.#newId = createUuidV7(options.clock, systemRandom)
  }

  /** Writes a sealed backup. @throws CascadeError STORAGE_FULL, UNPROCESSABLE, UNAVAILABLE; neither file nor key is there then. */
  write(file: string, keyFile: string | undefined, onProgress?: Progress): Promise<WrittenBackup> {
    const request = this.#request(file, this.#newId(), keyFile)
    return this.#options.care((care) => care.call('backup', [request], { onProgress }))
  }

  async list(): Promise<readonly BackupEntry[]> {
    const groups = Map.groupBy(this.#ring.list(), ({ group }) => group)
    return [...groups].map(([group, entries]) => toEntry(group, entries))
  }

  async rewrite(id: string, erase: (databaseFile: string) => Promise<void>): Promise<BackupEntry> {
    const { place, group, keyId } = await this.#getReachable(id)
    const { directory, keys, care } = this.#options
    const sealed = { file: place, keys, keyId, draft: draftFor(directory, id) }
    const request = this.#request(place, id)
    try {
      await care((thread) => thread.call('unseal', [sealed]))
      await erase(sealed.draft)
      await care((thread) => thread.call('reseal', [sealed, request]))
    } finally {
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${sealed.draft}${suffix}`, { force: true })
    }
    this.#destroy(group, 'it was written anew under another key')
    return toEntry(
      request.group,
      this.#ring.list().filter((entry) => entry.group === request.group),
    )
  }

  async destroyKey(id: string, why: string): Promise<DestroyedKeys> {
    const groups = new Set(this.#ring.list().flatMap((entry) => (nameOf(entry) === id ? [entry.group] : [])))
    const gone = [...groups].flatMap((group) => this.#destroy(group, why))
    const known = gone.length > 0 ? gone : this.#ring.destroyed().filter((entry) => nameOf(entry) === id)
    if (known.length === 0) throw new CascadeError('NOT_FOUND', `There is no backup ${id}.`)
    return toDestroyed(id, known)
  }

  async beginAnew(why: string): Promise<readonly DestroyedKeys[]> {
    const before = (await this.list()).filter(({ kind }) => kind === 'generation')
    await this.#options.beginChain()
    return before.map(({ id }) => toDestroyed(id, this.#destroy(id, why)))
  }

  async listHandedOut(): Promise<readonly HandedOutKey[]> {
    return this.#ring
      .destroyed()
      .filter(({ handedOut }) => handedOut)
      .map(({ id, place, keyId, keyFile = null, madeAt }) => ({ id, place, keyId, keyFile, madeAt }))
  }

  #destroy(group: string, why: string): DestroyedKey[] {
    return this.#ring.destroy(group, why, this.#options.clock())
  }

  async #getReachable(id: string): Promise<RingEntry> {
    const found = this.#ring.list().find((entry) => entry.kind === 'backup' && entry.id === id && isReachable(entry))
    if (found) return found
    throw new CascadeError('NOT_FOUND', `There is no backup ${id} where it was written.`)
  }

  #request(file: string, id: string, keyFile?: string): BackupRequest {
    const { directory, keys, clock } = this.#options
    const keyId = this.#newId()
    const madeAt = toRfc3339(clock())
    return {
      ...{ file, directory, keys, kind: 'backup', id, keyId, group: keyId, madeAt },
      ...(keyFile !== undefined && { keyFile }),
    }
  }
}

const nameOf = (entry: RingEntry): string => (entry.kind === 'backup' ? entry.id : entry.group)

function toEntry(group: string, entries: readonly RingEntry[]): BackupEntry {
  const first = entries[0]
  if (!first) throw new CascadeError('NOT_FOUND', `There are no keys ${group}.`)
  const isBackup = first.kind === 'backup'
  return {
    id: nameOf(first),
    kind: isBackup ? 'backup' : 'generation',
    place: isBackup ? first.place : dirname(first.place),
    sequence: Math.max(...entries.map(({ sequence }) => sequence)),
    madeAt: first.madeAt,
    keyIds: entries.map(({ keyId }) => keyId),
    isReachable: isBackup ? isReachable(first) : existsSync(dirname(first.place)),
    handedOut: entries.some(({ handedOut }) => handedOut),
  }
}

const toDestroyed = (id: string, keys: readonly DestroyedKey[]): DestroyedKeys => ({
  id,
  place: keys[0]?.place ?? '',
  keyIds: keys.map(({ keyId }) => keyId),
  handedOut: keys.some(({ handedOut }) => handedOut),
})
