import type { KeyObject } from 'node:crypto'
import { CascadeError, isCascadeError } from '#base'
import { type Gate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import {
  Checkpointer,
  type CheckpointMirror,
  checkSignedLog,
  createEd25519Signer,
  formatVerifierKey,
  type LedgerStore,
  type NoteSigner,
  type SignedLog,
  type StoredCheckpoint,
  type VerifierKey,
} from '#ledger'
import type { Records, UnitOfWork } from '#store'
import { findLogIdentity, keysOf, type LogIdentity, originOf, putLogIdentity } from './log-identity.ts'
import { tellOnce } from './tell-once.ts'

/** The leaf with which a log begins that is signed under a name. */
const BEGUN = 'ledger.begun'

export interface OpenLogOptions {
  readonly store: Pick<UnitOfWork, 'append' | 'head'> & { readonly ledger: LedgerStore; readonly records: Records }
  readonly gate: Gate
  /** On whose behalf a log begins, or changes its key. */
  readonly subject: Subject
  readonly newId: () => string
  /** Signs checkpoints from now on. */
  readonly key: KeyObject
  readonly mirror: CheckpointMirror | undefined
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** The log of this store under its name, with who signs it. */
export interface SigningLog extends AsyncDisposable {
  readonly origin: string
  /** Verifier keys, the active one first. */
  readonly keys: readonly VerifierKey[]
  readonly checkpointer: Checkpointer
}

/**
 * Gives the log a name and a key where it has none, records a key that is new, and compares the log with what was signed of
 * it; then it is signed as it grows.
 *
 * @throws CascadeError LEDGER_FORKED, DATA_CORRUPT: see `checkSignedLog`.
 */
export async function openLog(options: OpenLogOptions): Promise<SigningLog> {
  const { store, key, mirror, onTrouble } = options
  const known = await findLogIdentity(store.records)
  if (!known) await assertNew(store.ledger)
  const signer = createEd25519Signer(known?.origin ?? originOf(options.newId()), key)
  const identity = identityOf(signer, known)
  const { origin } = identity
  const keys = keysOf(identity)
  // Before anything is written: a folder that is refused stays as it is.
  const last = await checkTwice({ ledger: store.ledger, origin, keys, mirror, onTrouble }, store.ledger)
  if (identity !== known) await recordIdentity(options, signer, identity, known)
  const checkpointer = new Checkpointer({
    ...{ ledger: store.ledger, head: () => store.head(), origin, signers: [signer], last, mirror, onTrouble },
  })
  await checkpointer.sign()
  checkpointer.start()
  return { origin, keys, checkpointer, [Symbol.asyncDispose]: () => checkpointer[Symbol.asyncDispose]() }
}

/** A tree that was damaged is no other log: it is worked out of the entries once more before anything is refused. */
async function checkTwice(log: SignedLog, ledger: LedgerStore): Promise<StoredCheckpoint | undefined> {
  try {
    return await checkSignedLog(log)
  } catch (error) {
    if (!isCascadeError(error) || (error.code !== 'LEDGER_FORKED' && error.code !== 'DATA_CORRUPT')) throw error
    await ledger.regrow()
    return checkSignedLog(log)
  }
}

/** @throws CascadeError LEDGER_FORKED for a log that had a name: without it nothing says what was signed of it. */
async function assertNew(ledger: LedgerStore): Promise<void> {
  const [begun] = await ledger.list({ type: BEGUN }, { limit: 1 })
  if (begun)
    throw new CascadeError('LEDGER_FORKED', `the log was begun at entry ${begun.leaf.index}, and its name is gone`)
}

/** The identity with this key as the active one: the known one itself where that is so already. */
function identityOf({ key }: NoteSigner, known: LogIdentity | undefined): LogIdentity {
  const active = formatVerifierKey(key)
  if (known !== undefined && known.keys[0] === active) return known
  return { origin: key.name, keys: [active, ...(known?.keys ?? []).filter((text) => text !== active)] }
}

/** Writes the identity, and the leaf that tells of it. */
async function recordIdentity(
  { store, gate, subject, newId }: OpenLogOptions,
  { key }: NoteSigner,
  identity: LogIdentity,
  known: LogIdentity | undefined,
): Promise<void> {
  const correlationId = newId()
  const grant = requireGrant(gate.decide({ action: 'ledger.sign', resource: 'ledger/keys', subject, correlationId }))
  const call = { grant, command: { id: correlationId.replaceAll('-', '') } }
  const payload = { origin: key.name, key: formatVerifierKey(key) }
  const changes = [putLogIdentity(store.records, grant, identity)]
  const type = known && known.keys.length > 0 ? 'ledger.key_changed' : BEGUN
  await tellOnce(store, call, { subject: 'system/ledger', type, payload, changes })
}
