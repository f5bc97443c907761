import type { KeyObject } from 'node:crypto'
import type { RecordPayload } from '@forge-cascade/contract/records'
import { CascadeError, isCascadeError } from '#base'
import { type Gate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import {
  Checkpointer,
  type CheckpointMirror,
  checkSignedLog,
  createEd25519Signer,
  findDoubt,
  formatVerifierKey,
  isDamage,
  type LedgerStore,
  type NoteElsewhere,
  type NoteSigner,
  parseCheckpoint,
  type SignedLog,
  type StoredCheckpoint,
  signNote,
  treeOfEntries,
  type VerifierKey,
} from '#ledger'
import type { Change, Grant, Records, UnitOfWork } from '#store'
import { countsUpToOf, findLogIdentity, keysOf, type LogIdentity, originOf, putLogIdentity } from './log-identity.ts'
import { tellOnce } from './tell-once.ts'

/** The leaf with which a log begins that is signed under a name. */
const BEGUN = 'ledger.begun'
/** The leaf that tells that the tree was damaged, and worked out of the entries anew. */
export const TREE_REGROWN = 'ledger.tree_regrown'

export interface OpenLogOptions {
  readonly store: Pick<UnitOfWork, 'append' | 'head'> & { readonly ledger: LedgerStore; readonly records: Records }
  readonly gate: Gate
  /** On whose behalf a log begins, or changes its key. */
  readonly subject: Subject
  readonly newId: () => string
  /** Signs checkpoints from now on. */
  readonly key: KeyObject
  /** Signs them as well, where the log has the key before do so. */
  readonly previous?: KeyObject | undefined
  readonly mirror: CheckpointMirror | undefined
  /** What others hold of the log with this origin: its witnesses. */
  readonly elsewhere?: (origin: string) => Promise<readonly NoteElsewhere[]>
  readonly onTrouble: (message: string, cause: unknown) => void
  /** Told how the tree was damaged, once it is made anew. */
  readonly onRegrown: (damage: string) => void
}

/** The log of this store under its name, with who signs it. */
export interface SigningLog extends AsyncDisposable {
  readonly origin: string
  /** Verifier keys, the active one first. */
  readonly keys: readonly VerifierKey[]
  /** Up to how many entries a key counts. */
  countsUpTo(key: VerifierKey): number
  /** Of the active key. */
  readonly signer: NoteSigner
  readonly checkpointer: Checkpointer
  /** Verifier key of the cosignature that it adds to its own checkpoints; undefined for none. */
  readonly cosigner: string | undefined
  /** Adds a cosignature to each checkpoint from the next one on. */
  cosignWith(cosigner: NoteSigner): void
  /** Has others sign from the next checkpoint on, the active one first. */
  change(identity: LogIdentity, signers: Signers): void
  /**
   * Signs a text that is no checkpoint, as a note: with each key that signs checkpoints now.
   *
   * @throws CascadeError INTERNAL for one that is: those are the checkpointer's alone, which signs only what extends the last.
   */
  seal(text: string): string
}

/** The active one first. */
type Signers = readonly [NoteSigner, ...NoteSigner[]]

/**
 * Gives the log a name and a key where it has none, records a key that is new, and compares the log with what was signed of
 * it; then it is signed as it grows, unless a witness gives reason to doubt that it is the log.
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
  const countsUpTo = countsUpToOf(identity)
  // Before anything is written: a folder that is refused stays as it is.
  const elsewhere = known ? ((await options.elsewhere?.(origin)) ?? []) : []
  const signed = { ledger: store.ledger, origin, keys, countsUpTo, mirror, onTrouble }
  const { last, doubt, damage } = await checkTwice(signed, store, elsewhere)
  if (identity !== known) await recordIdentity(options, signer, identity, known)
  if (damage !== undefined) {
    options.onRegrown(damage)
    await tell(options, TREE_REGROWN, { valid: true, size: store.head() + 1 })
  }
  const before = options.previous && identity.previous ? [createEd25519Signer(origin, options.previous)] : []
  const signers = [signer, ...before] as const
  const checkpointer = new Checkpointer({
    ...{ ledger: store.ledger, head: () => store.head(), origin, last, mirror, onTrouble },
    signers,
  })
  if (doubt) checkpointer.stop(doubt)
  else await checkpointer.sign()
  checkpointer.start()
  return new OpenedLog(identity, signers, checkpointer)
}

class OpenedLog implements SigningLog {
  readonly origin: string
  readonly checkpointer: Checkpointer
  #identity: LogIdentity
  #signers: Signers
  #cosigners: readonly NoteSigner[] = []

  constructor(identity: LogIdentity, signers: Signers, checkpointer: Checkpointer) {
    this.origin = identity.origin
    this.#identity = identity
    this.#signers = signers
    this.checkpointer = checkpointer
  }

  get keys(): readonly VerifierKey[] {
    return keysOf(this.#identity)
  }

  countsUpTo(key: VerifierKey): number {
    return countsUpToOf(this.#identity)(key)
  }

  get signer(): NoteSigner {
    return this.#signers[0]
  }

  get cosigner(): string | undefined {
    return this.#cosigners.map(({ key }) => formatVerifierKey(key))[0]
  }

  change(identity: LogIdentity, signers: Signers): void {
    this.#identity = identity
    this.#signers = signers
    this.#apply()
  }

  cosignWith(cosigner: NoteSigner): void {
    this.#cosigners = [cosigner]
    this.#apply()
  }

  #apply(): void {
    this.checkpointer.signWith([...this.#signers, ...this.#cosigners])
  }

  seal(text: string): string {
    if (parseCheckpoint(text)) throw new CascadeError('INTERNAL', 'A checkpoint is signed by the checkpointer alone.')
    return signNote(text, this.#signers)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.checkpointer[Symbol.asyncDispose]()
  }
}

/**
 * A tree that was damaged is no other log: where the entries have the roots that were signed, it is worked out of them anew.
 * Where they have not, it stays: it may be what shows how they were changed.
 */
async function checkTwice(
  log: SignedLog,
  store: OpenLogOptions['store'],
  elsewhere: readonly NoteElsewhere[],
): Promise<CheckedLog> {
  try {
    return await check(log, elsewhere)
  } catch (error) {
    if (!isDamage(error) && !(isCascadeError(error) && error.code === 'LEDGER_FORKED')) throw error
    await check({ ...log, ledger: treeOfEntries(store.ledger, store.head()) }, elsewhere)
    await store.ledger.regrow()
    return { ...(await check(log, elsewhere)), damage: error.detail }
  }
}

interface CheckedLog {
  readonly last: StoredCheckpoint | undefined
  /** Why it is signed no more, though nothing proves that it is not the log. */
  readonly doubt: CascadeError | undefined
  /** How the tree was damaged; absent where it was not. */
  readonly damage?: string
}

async function check(log: SignedLog, elsewhere: readonly NoteElsewhere[]): Promise<CheckedLog> {
  const last = await checkSignedLog(log)
  const doubts: (CascadeError | undefined)[] = []
  for (const one of elsewhere) doubts.push(await findDoubt(log, one))
  return { last, doubt: doubts.find((doubt) => doubt !== undefined) }
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
  const { previous: _, ended, ...rest } = known ?? {}
  // One that ended and was put back signs again.
  const { [active]: __, ...others } = ended ?? {}
  return {
    ...rest,
    ...(ended && { ended: others }),
    origin: key.name,
    keys: [active, ...(known?.keys ?? []).filter((text) => text !== active)],
  }
}

/** Writes the identity, and the leaf that tells of it. */
async function recordIdentity(
  options: OpenLogOptions,
  { key }: NoteSigner,
  identity: LogIdentity,
  known: LogIdentity | undefined,
): Promise<void> {
  const payload = { origin: key.name, key: formatVerifierKey(key) }
  const type = known && known.keys.length > 0 ? 'ledger.key_changed' : BEGUN
  await tell(options, type, payload, (grant) => [putLogIdentity(options.store.records, grant, identity)])
}

async function tell<T extends typeof BEGUN | 'ledger.key_changed' | typeof TREE_REGROWN>(
  { store, gate, subject, newId }: OpenLogOptions,
  type: T,
  payload: RecordPayload<T>,
  changesOf: (grant: Grant<'ledger.sign'>) => readonly Change[] = () => [],
): Promise<void> {
  const correlationId = newId()
  const asked = { action: 'ledger.sign', resource: 'ledger/keys', subject, ownWork: true } as const
  const grant = requireGrant(gate.decide({ ...asked, correlationId }))
  const call = { grant, command: { id: correlationId.replaceAll('-', '') } }
  await tellOnce(store, call, { subject: 'system/ledger', type, payload, changes: changesOf(grant) })
}
