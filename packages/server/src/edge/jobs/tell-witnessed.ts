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
/** Of a note in a record: a leaf holds 65,535 bytes, and two notes stand in one. */
const NOTE_CHARACTERS_MAX = 8192

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

/** A longer note is one with lines that nobody needs; its heads stand beside it. */
const evidenceOf = ({ note }: StoredCheckpoint): string | null => (note.length <= NOTE_CHARACTERS_MAX ? note : null)
