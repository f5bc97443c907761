import type { RecordPayload } from '@forge-cascade/contract/records'
import type { Clock } from '#base'
import { type LedgerStore, originHash, type StoredCheckpoint } from '#ledger'
import type { UnitOfWork } from '#store'
import { tellOnce } from './tell-once.ts'
import type { WitnessOptions, WitnessTold } from './witness.ts'

export interface TellWitnessedOptions {
  readonly store: Pick<UnitOfWork, 'append'>
  readonly ledger: Pick<LedgerStore, 'list'>
  readonly clock: Clock
  readonly newId: () => string
}

/** So long after a record of a log nothing of the same kind is recorded of it. */
const QUIET_MS = 24 * 3_600_000
/**
 * Of a note in a record, as JSON: a leaf holds 65,535 bytes, and two notes stand in one. What is submitted is short enough
 * (`SUBMITTED_NOTE_BYTES_MAX`, twice as much where each character is escaped, and the cosignatures of this witness).
 */
const NOTE_JSON_BYTES = 28 * 1024

/**
 * Records that a log is cosigned for: the first time, and then once a day. A record for each cosignature would have two
 * instances that witness each other write for ever: each record is a leaf, each leaf a checkpoint to cosign. A fork is
 * recorded with both notes, which prove it to everybody; it too once a day.
 */
export function createWitnessTeller({ store, ledger, clock, newId }: TellWitnessedOptions): WitnessOptions['tell'] {
  const toldAt = new Map<string, number>()
  return async (grant, told) => {
    const subject = `log/${originHash(told.checkpoint.origin)}` as const
    const name = `${told.type} ${subject}`
    if (!toldAt.has(name)) {
      const [last] = await ledger.list({ type: told.type, subject }, { limit: 1 })
      if (last) toldAt.set(name, Date.parse(last.leaf.time))
    }
    const at = toldAt.get(name)
    if (at !== undefined && Math.abs(clock() - at) < QUIET_MS) return
    const command = { id: newId().replaceAll('-', '') }
    const call = { grant, command }
    await (told.type === 'witness.cosigned'
      ? tellOnce(store, call, { subject, type: told.type, payload: headOf(told) })
      : tellOnce(store, call, { subject, type: told.type, payload: forkOf(told) }))
    toldAt.set(name, clock())
  }
}

const headOf = ({ checkpoint: { origin, size, root } }: WitnessTold): RecordPayload<'witness.cosigned'> => ({
  ...{ origin, size },
  root: Buffer.from(root).toString('hex'),
})

const forkOf = (told: Extract<WitnessTold, { type: 'witness.fork_seen' }>): RecordPayload<'witness.fork_seen'> => ({
  ...headOf(told),
  other_root: Buffer.from(told.other.root).toString('hex'),
  notes: [told.checkpoint, told.other].map(evidenceOf),
})

/** A longer note was cosigned before there was a limit for what is submitted; its head stands beside it. */
const evidenceOf = ({ note }: StoredCheckpoint): string | null =>
  Buffer.byteLength(JSON.stringify(note)) <= NOTE_JSON_BYTES ? note : null
