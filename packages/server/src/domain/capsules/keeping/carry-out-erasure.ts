import type { Erasure } from '@forge-cascade/contract'
import { CascadeError, sha256Hex } from '#base'
import type { Change, Command, Grant } from '#store'
import { forgetOpened } from '../access/opened.ts'
import { jobKey } from '../import/import-records.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { tell } from '../use-cases/tell.ts'
import type { CopyVault } from './copy-vault.ts'
import { type ErasureRow, IDS_PER_PAGE, presentErasure } from './erasure.ts'
import type { ErasureFiles } from './erasure-files.ts'
import type { HoldRow } from './legal-hold.ts'
import { purgeDeadLetters } from './purge-dead-letters.ts'
import { purgeDecisionsAbout, purgeGovernanceOf } from './purge-governance.ts'
import { purgeApprovals, purgeChanges, purgeHolds, purgePublished, purgeShares } from './purge-records.ts'
import { tellErasure } from './tell-erasure.ts'

export interface ErasuresOptions {
  readonly context: CapsuleContext
  readonly files: ErasureFiles
  /** Asked in this order. */
  readonly vaults: readonly CopyVault[]
  /** Writes down what this process still has in memory alone of what was decided, before it is looked for in the store. */
  readonly settle?: () => Promise<void>
  /** Drops what this process remembers of texts: vectors by text, names, and what the erased subject (its id) said. */
  readonly forget: (owner: string | null) => void
}

/** Capsules that go in one command. */
const PER_COMMAND = 50
/** Commands in one append. */
const COMMANDS_MAX = 10
/** Changes of records in one command. */
const RECORDS_PER_COMMAND = 200

/**
 * Does all that an erasure is to do, from whatever point it was left at.
 *
 * @returns the row as completed.
 */
export async function carryOutErasure(
  options: ErasuresOptions,
  grant: Grant,
  row: ErasureRow,
  ids: readonly string[],
): Promise<ErasureRow> {
  const { context, files, forget, vaults } = options
  // Before anything goes: whatever this store is restored from later must learn of it.
  await files.remember(knownOf(row, ids))
  const sequence = await eraseRows(options, grant, row, ids)
  await options.settle?.()
  await purge(options, grant, row, ids)
  if (row.owner !== null) await eraseSubject(options, grant, row, row.owner)
  forget(row.owner)
  // Before copies are made anew from the store: what is left beside its rows must be in none of them.
  const scrubbed = await context.store.scrub()
  const all = new Set(ids)
  const places: Erasure['places'] = []
  for (const vault of vaults) {
    const copies = await vault.erase(all)
    places.push(...copies.map(({ copy, outcome, detail }) => ({ place: `${vault.place}: ${copy}`, outcome, detail })))
  }
  places.unshift(...scrubbed.map(({ place, detail }) => ({ place, outcome: 'erased', detail })))
  return finish(options, grant, { ...row, places, sequence, state: 'completed', completedAt: context.clock() }, ids)
}

function knownOf({ id, legalBasis, requestedBy, begunAt, owner }: ErasureRow, ids: readonly string[]) {
  return Array.from({ length: Math.max(1, Math.ceil(ids.length / IDS_PER_PAGE)) }, (_, page) => ({
    erasure: id,
    legalBasis,
    requestedBy,
    at: begunAt,
    owner,
    ids: ids.slice(page * IDS_PER_PAGE, (page + 1) * IDS_PER_PAGE),
  }))
}

/** Returns the index of the last leaf that tells of one. What was erased before the interruption is told of once. */
async function eraseRows(
  { context: { store } }: ErasuresOptions,
  grant: Grant,
  row: ErasureRow,
  ids: readonly string[],
): Promise<number | null> {
  let sequence = row.sequence
  const step = PER_COMMAND * COMMANDS_MAX
  for (let at = 0; at < ids.length; at += step) {
    const heads = await store.capsules.getHeads(ids.slice(at, at + step))
    const left: string[] = []
    for (const { id, status } of heads) if (status !== 'ERASED' || !(await isToldOf(store, id))) left.push(id)
    const commands = Array.from({ length: Math.ceil(left.length / PER_COMMAND) }, (_, index) =>
      eraseCommand(store, grant, row, left.slice(index * PER_COMMAND, (index + 1) * PER_COMMAND)),
    )
    for (const receipt of await appendAll(store, commands)) sequence = receipt.sequence
  }
  return sequence
}

type Store = ErasuresOptions['context']['store']

/** A copy of the store that an erasure rewrote holds an empty capsule, and a log that does not say why. */
async function isToldOf({ ledger }: Store, id: string): Promise<boolean> {
  return (await ledger.list({ type: 'capsule.erased', subject: `capsule/${id}` }, { limit: 1 })).length > 0
}

function eraseCommand(store: Store, grant: Grant, row: ErasureRow, ids: readonly string[]): Command {
  const tellings = ids.map((id) => tell(grant, 'capsule.erased', id, { legal_basis: row.legalBasis, erasure: row.id }))
  return {
    id: sha256Hex(`erase:${row.id}:${grant.decisionId}:${ids.join()}`).slice(0, 32),
    grant,
    changes: ids.map((id) => store.capsules.erase(grant, id)),
    records: tellings.flatMap(({ records }) => records),
    events: tellings.flatMap(({ events }) => events),
  }
}

async function purge(options: ErasuresOptions, grant: Grant, row: ErasureRow, ids: readonly string[]): Promise<void> {
  const { store } = options.context
  const own = new Set(ids)
  const concerns = ({ target, owner }: HoldRow): boolean =>
    (target.kind === 'capsule' && own.has(target.capsule)) || (owner !== null && owner === row.owner)
  let changes: Change[] = []
  const flush = async (): Promise<void> => {
    if (changes.length === 0) return
    const told = tellErasure(grant, 'erasure.purged', row.id, { records: changes.length })
    const id = sha256Hex(`purge:${row.id}:${options.context.newId()}`).slice(0, 32)
    await appendAll(store, [{ id, grant, changes, ...told }])
    forgetOpened(store.records)
    changes = []
  }
  for await (const change of both(
    purgeChanges(store.records, grant, ids),
    purgeDecisionsAbout(store.records, grant, ids),
    purgeHolds(store.records, grant, concerns),
    purgePublished(store.records, grant, { ids, owner: row.owner }),
    row.owner === null ? [] : purgeShares(store.records, grant, row.owner),
    purgeDeadLetters(store.records, grant, ids, row.owner),
    purgeApprovals(store.records, grant, { ids, owner: row.owner }),
    row.owner === null ? [] : purgeGovernanceOf(store.records, grant, row.owner),
  )) {
    changes.push(change)
    // Pages go on after the last key that was read, so that what is deleted on the way is not missed.
    if (changes.length >= RECORDS_PER_COMMAND) await flush()
  }
  await flush()
}

async function* both<T>(...sources: (AsyncIterable<T> | Iterable<T>)[]): AsyncGenerator<T, void, undefined> {
  for (const source of sources) yield* source
}

/** The name goes with what its subject owned. */
async function eraseSubject({ context }: ErasuresOptions, grant: Grant, row: ErasureRow, owner: string): Promise<void> {
  const changes = await context.subjects.withoutName(grant, owner)
  if (changes.length > 0) {
    const id = sha256Hex(`nameless:${row.id}:${owner}:${grant.decisionId}`).slice(0, 32)
    await appendAll(context.store, [
      { id, grant, changes, ...tellErasure(grant, 'erasure.purged', row.id, { records: 1 }) },
    ])
  }
  context.subjects.forget(owner)
}

async function finish(
  { context: { store }, files }: ErasuresOptions,
  grant: Grant,
  row: ErasureRow,
  ids: readonly string[],
): Promise<ErasureRow> {
  const certificate = await files.certify(presentErasure(row, ids))
  const { path = null, sha256 = null } = certificate ?? {}
  const done: ErasureRow = { ...row, certificate: path, certificateSha256: sha256 }
  const told = tellErasure(grant, 'erasure.completed', row.id, { certificate_sha256: sha256 })
  const id = sha256Hex(`erasure completed:${row.id}:${grant.decisionId}`).slice(0, 32)
  await appendAll(store, [
    { id, grant, changes: [store.records.put(grant, 'erasures', jobKey(row.id), done)], ...told },
  ])
  return done
}

async function appendAll(store: Store, commands: readonly Command[]) {
  if (commands.length === 0) return []
  return (await store.append(commands)).map((outcome) => {
    if (outcome.ok) return outcome.receipt
    throw outcome.error ?? new CascadeError('INTERNAL', 'The store answered nothing to an erasure.')
  })
}
