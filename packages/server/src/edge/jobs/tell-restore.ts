import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { RESTORED_NOTE, type RestoredNote } from '#backup'
import { CascadeError } from '#base'
import type { Gate } from '#governance'
import { requireGrant } from '#governance'
import type { Subject } from '#identity'
import {
  type CheckpointMirror,
  createEd25519Signer,
  formatVerifierKey,
  type LedgerStore,
  openCheckpoint,
  readIfReadable,
} from '#ledger'
import { type Change, type Grant, type Records, toRecord, type UnitOfWork } from '#store'
import { findLogIdentity, keysOf, originOf, putLogIdentity } from './log-identity.ts'
import { findWitnessIdentity, putWitnessIdentity } from './witness-identity.ts'

export interface TellRestoreOptions {
  /** The data folder. */
  readonly directory: string
  readonly store: Pick<UnitOfWork, 'append' | 'head'> & {
    readonly ledger: Pick<LedgerStore, 'list' | 'checkpoint'>
    readonly records: Pick<Records, 'find' | 'put'>
  }
  /** Where the old log's last checkpoint may be known that the restored store is too old for. */
  readonly mirror: CheckpointMirror | undefined
  /** The key that signed the log of this folder last: the restored store may be from before it. */
  readonly findKey: () => KeyObject | undefined
  readonly gate: Gate
  /** On whose behalf it is told. */
  readonly subject: Subject
  readonly newId: () => string
}

/**
 * Writes the first leaf of the log that a restored store begins: it names the new origin, where the old log was left, and
 * how far that had come. Told once, also when the process ends in between.
 */
export async function tellRestore(options: TellRestoreOptions): Promise<void> {
  const { directory, store } = options
  const file = join(directory, RESTORED_NOTE)
  if (!existsSync(file)) return
  // The restore wrote it, in a folder that its user alone can write.
  const note = JSON.parse(readFileSync(file, 'utf8')) as RestoredNote
  if (await isOfThisStore(store, note)) await tell(options, note)
  rmSync(file)
}

/** A restore that was interrupted leaves its note beside the store of before. */
async function isOfThisStore(store: TellRestoreOptions['store'], { from }: RestoredNote): Promise<boolean> {
  if (store.head() !== from.sequence) return false
  const [newest] = await store.ledger.list({}, { limit: 1 })
  return (newest?.hash ?? '') === from.hash
}

async function tell(options: TellRestoreOptions, note: RestoredNote): Promise<void> {
  const { store, gate, subject, newId } = options
  const { origin, from, replaced } = note
  const correlationId = newId()
  const asked = { action: 'system.restore', resource: 'system/store', subject, ownWork: true } as const
  const grant = requireGrant(gate.decide({ ...asked, correlationId }))
  const before = await lastCheckpoint(options)
  const payload = { origin, from, replaced, restored_at: note.restoredAt, last_checkpoint: before ?? null }
  const record = toRecord(grant, 'system.restored', 'system/store', payload, {})
  const event = { type: 'cascade.system.restored', subject: 'system/store', data: { origin, sequence: from.sequence } }
  const id = origin.replaceAll('-', '')
  // Without a key: whoever opens the log now records its own.
  const changes = [
    putLogIdentity(store.records, grant, { origin: originOf(origin), keys: [] }),
    ...(await withoutCosigning(store.records, grant)),
  ]
  const [outcome] = await store.append([{ id, grant, changes, records: [record], events: [event] }])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
}

/** The keys with which this store cosigned for others may have cosigned more since than it knows: they are used no more. */
async function withoutCosigning(records: Pick<Records, 'find' | 'put'>, grant: Grant): Promise<readonly Change[]> {
  const witness = await findWitnessIdentity(records)
  return witness ? [putWitnessIdentity(records, grant, { ...witness, keys: [] })] : []
}

/**
 * What was signed last of the log that is left: as far as the mirror knows, or the restored store. Only what the log itself
 * signed is believed, with a key that the store knows or the one that lies in the folder, and a mirror that cannot be read
 * says nothing.
 */
async function lastCheckpoint({ store, mirror, findKey }: TellRestoreOptions): Promise<string | undefined> {
  const identity = await findLogIdentity(store.records)
  if (!identity) return undefined
  const current = findKey()
  const own = current ? [createEd25519Signer(identity.origin, current).key] : []
  const keys = [...keysOf(identity), ...own.filter((key) => !identity.keys.includes(formatVerifierKey(key)))]
  const stored = (await store.ledger.checkpoint(identity.origin))?.note
  const mirrored = await readIfReadable(mirror, identity.origin)
  const signed = [stored, mirrored].flatMap((note) => {
    const checkpoint = note === undefined ? undefined : openCheckpoint(note, identity.origin, keys)
    return checkpoint && note !== undefined ? [{ note, size: checkpoint.size }] : []
  })
  return signed.toSorted((one, other) => other.size - one.size)[0]?.note
}
