import { CascadeError, type Clock } from '#base'
import { type Gate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import { type CheckpointMirror, formatVerifierKey, hasMlDsa44, type LedgerStore, type WitnessedLog } from '#ledger'
import type { Records, UnitOfWork } from '#store'
import { tellOnce } from './tell-once.ts'
import { createWitnessTeller } from './tell-witnessed.ts'
import { Witness } from './witness.ts'
import {
  type CosignerKeys,
  cosignersWith,
  findWitnessIdentity,
  putWitnessIdentity,
  type WitnessIdentity,
} from './witness-identity.ts'

export interface OpenWitnessOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly ledger: LedgerStore; readonly records: Records }
  readonly gate: Gate
  /** On whose behalf logs are cosigned for. */
  readonly subject: Subject
  readonly newId: () => string
  readonly clock: Clock
  readonly logs: readonly WitnessedLog[]
  /** Of its keys; the one it has, or a new one, when left out. */
  readonly name: string | undefined
  /** Origin of this instance's own log, for which nobody is a witness who signs it. */
  readonly ownOrigin: string
  readonly keys: CosignerKeys
  readonly mirror: CheckpointMirror | undefined
  readonly onTrouble: (message: string, cause: unknown) => void
}

/**
 * Makes this instance a witness of the logs: with the keys it has, or with new ones, which the log records.
 *
 * @throws CascadeError CONFIG_INVALID when one of the logs is its own.
 */
export async function openWitness(options: OpenWitnessOptions): Promise<Witness> {
  const { store, gate, subject, newId, clock, logs, mirror, onTrouble } = options
  if (logs.some(({ origin }) => origin === options.ownOrigin))
    throw new CascadeError('CONFIG_INVALID', `ledger.witness.logs: ${options.ownOrigin} is the log of this instance.`)
  const cosigners = await openCosigners(options)
  return new Witness({
    ...{ cosigners, logs, ledger: store.ledger, mirror, clock, onTrouble },
    tell: createWitnessTeller({ store, ledger: store.ledger, clock, newId }),
    grant: (hash) =>
      gate.standing({ action: 'witness.cosign', resource: `log/${hash}`, subject, correlationId: newId() }),
  })
}

async function openCosigners(options: OpenWitnessOptions) {
  const known = await findWitnessIdentity(options.store.records)
  const name = options.name ?? known?.name ?? `cascade/witness/${options.newId()}`
  // The newer kind last: it takes 3 KB of a note.
  const kinds = hasMlDsa44() ? (['ed25519', 'ml-dsa-44'] as const) : (['ed25519'] as const)
  const cosigners = cosignersWith(name, known, options.keys, kinds)
  const keys = cosigners.map(({ key }) => formatVerifierKey(key))
  if (known?.name !== name || !keys.every((key) => known.keys.includes(key)))
    await recordIdentity(options, { name, keys }, known)
  return cosigners
}

/** The keys are durable by now: a crash in between leaves keys that nobody knows, in whose place the next start makes others. */
async function recordIdentity(
  { store, gate, subject, newId }: OpenWitnessOptions,
  identity: WitnessIdentity,
  known: WitnessIdentity | undefined,
): Promise<void> {
  const correlationId = newId()
  const asked = { action: 'ledger.sign', resource: 'witness/keys', subject, ownWork: true } as const
  const grant = requireGrant(gate.decide({ ...asked, correlationId }))
  const call = { grant, command: { id: correlationId.replaceAll('-', '') } }
  const changes = [putWitnessIdentity(store.records, grant, identity)]
  const type = known ? 'witness.keys_changed' : 'witness.begun'
  await tellOnce(store, call, { subject: 'system/witness', type, payload: identity, changes })
}
