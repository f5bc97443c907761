import { type Erasure, KEEPING_LIMITS } from '@forge-cascade/contract'
import { CascadeError, isUuid, messageOf, saltedDigest, sha256Hex } from '#base'
import type { Command, Grant } from '#store'
import type { CapsuleRevision, Page } from '../capsule-store.ts'
import { isJobKey, jobKey } from '../import/import-records.ts'
import type { Call, CapsuleContext } from '../use-cases/context.ts'
import { findRefused } from '../use-cases/decide-each.ts'
import { findTombstone } from '../use-cases/tombstone.ts'
import { carryOutErasure, type ErasuresOptions } from './carry-out-erasure.ts'
import { type ErasePlan, isKnownSubject, planErasure } from './erase-plan.ts'
import { type ErasureRow, type ErasureTarget, IDS_PER_PAGE, pageKey, presentErasure } from './erasure.ts'
import type { KnownErasure } from './erasure-files.ts'
import { isOutOfStore, listRunning, readIdPage, readIds } from './erasure-ids.ts'
import { raiseEpoch, readEpoch, refusalOf } from './holds.ts'
import { tellErasure } from './tell-erasure.ts'

/** The answer to a request, or a question about one: which capsules, on what ground. */
export interface ErasureRequest {
  readonly target: ErasureTarget
  readonly legalBasis: string
  /** Of an erasure that is asked for by its id; a new one where it is left out. */
  readonly id?: string
}

interface ManyErased {
  readonly id: string
  /** As they were seen: one that was changed since stays. */
  readonly capsules: readonly CapsuleRevision[]
  readonly legalBasis: string
}

/** An erasure that has begun and is not complete, and what kept it from that. */
export interface ErasureTrouble {
  readonly id: string
  readonly reason: string
  /** What was thrown. */
  readonly cause: unknown
}

export interface ErasureProgress {
  readonly completed: number
  readonly troubles: readonly ErasureTrouble[]
}

export interface ErasedMany {
  readonly erasure: Erasure | null
  readonly ids: ReadonlySet<string>
}

/** Of those that are complete, the newest so many are looked through for one of a subject. */
const ERASURES_SEEN_MAX = 1000

const IDS_SHOWN_MAX = KEEPING_LIMITS.staysMax

/** How often a beginning is tried anew while legal holds are placed, or what is to go is changed, beside it. */
const BEGINS_MAX = 20

/**
 * The erasures of an instance, one after another. What one is about to do is durable before it does anything, and each of
 * its steps may be done twice: after a crash `resume` completes it.
 */
export class Erasures {
  readonly #options: ErasuresOptions
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ErasuresOptions) {
    this.#options = options
  }

  /** What an erasure would do; a hold that forbids it is named in `holds`. */
  async plan(call: Call<'capsule.erase'>, { target, legalBasis }: ErasureRequest): Promise<Erasure> {
    const plan = await planErasure(this.#options.context, target)
    return {
      ...presentErasure(this.#rowOf(call, plan, { target, legalBasis }), plan.ids.slice(0, IDS_SHOWN_MAX)),
      id: null,
      state: 'planned',
      begun_at: null,
      target: { kind: target.kind, capsule: capsuleOf(target), subject_digest: null, subject_key: null },
      holds: plan.forbidden ? [plan.forbidden.hold.id] : [],
    }
  }

  /**
   * Erases and answers with the receipt when all is done. A capsule or a subject that was erased before answers with that
   * receipt.
   *
   * @throws CascadeError LEGAL_HOLD; FORBIDDEN where the gate refuses a capsule of a subject; NOT_FOUND, UNPROCESSABLE as `planErasure`; UNAVAILABLE, STORAGE_FULL where a step
   *   failed: it is begun then, and goes on when the same is asked for again, with `goOn`, and with `resume`.
   */
  erase(call: Call<'capsule.erase'>, request: ErasureRequest): Promise<Erasure> {
    return this.#inTurn(async () => {
      const before = await this.#findEarlier(request.target)
      if (before) return before.state === 'running' ? this.#complete(call.grant, before) : this.#present(before)
      const row = await this.#begin(call, request)
      return this.#complete(call.grant, row)
    })
  }

  /**
   * Erases those of many capsules that nothing forbids, as one erasure that bears the given id; asking again with that id
   * completes it, and answers with its receipt.
   *
   * @returns null, and no ids, where nothing was to be erased; else the ids that went, chunks among them.
   * @throws CascadeError UNAVAILABLE, STORAGE_FULL as {@link erase}.
   */
  eraseMany(call: Call<'capsule.erase'>, { id, capsules, legalBasis }: ManyErased): Promise<ErasedMany> {
    const target = { kind: 'capsules', capsules } as const
    return this.#inTurn(async () => {
      const before = await this.#findRow(id)
      const row = before ?? (await this.#begin(call, { target, legalBasis, id }))
      if (row.pages === 0) return { erasure: null, ids: new Set() }
      const erasure = row.state === 'completed' ? await this.#present(row) : await this.#complete(call.grant, row)
      return { erasure, ids: new Set(await readIds(this.#store, row)) }
    })
  }

  /** The receipt. @throws CascadeError NOT_FOUND. */
  async get(id: string): Promise<Erasure> {
    return this.#present(await this.#getRow(id))
  }

  /** Newest first. @throws CascadeError CURSOR_INVALID. */
  async list({
    limit,
    cursor,
  }: {
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<Erasure>> {
    if (cursor !== undefined && !isJobKey(cursor))
      throw new CascadeError('CURSOR_INVALID', 'The cursor is none of a list of erasures.')
    const page = await this.#store.records.list<ErasureRow>('erasures', {
      limit,
      ...(cursor !== undefined && { after: cursor }),
    })
    return { items: await Promise.all(page.items.map(({ value }) => this.#present(value))), next: page.next }
  }

  /**
   * Completes what a crash interrupted, and repeats what a restored store does not know of. To be called before anything is
   * answered.
   *
   * @throws CascadeError as {@link goOn}.
   */
  async resume(grant: () => Grant<'capsule.erase'>): Promise<ErasureProgress> {
    await this.#inTurn(async () => {
      const known = await this.#options.files.known()
      const missing = Map.groupBy(known, ({ erasure }) => erasure)
      for (const id of missing.keys()) if (await this.#store.records.find('erasures', jobKey(id))) missing.delete(id)
      for (const entries of missing.values()) await this.#readopt(grant(), entries)
    })
    return this.goOn(grant)
  }

  /**
   * Completes what has begun and failed on the way, as far as that is possible now: copies that are away are tried for
   * again by the next call.
   *
   * @throws CascadeError as {@link erase} when an erasure could not take out of the store itself what it is about.
   */
  goOn(grant: () => Grant<'capsule.erase'>): Promise<ErasureProgress> {
    return this.#inTurn(async () => {
      const troubles: ErasureTrouble[] = []
      const running = await listRunning(this.#store)
      for (const row of running) {
        try {
          await this.#complete(grant(), row)
        } catch (error) {
          if (!(await isOutOfStore(this.#store, row))) throw error
          troubles.push({ id: row.id, reason: messageOf(error), cause: error })
        }
      }
      return { completed: running.length - troubles.length, troubles }
    })
  }

  get #store(): CapsuleContext['store'] {
    return this.#options.context.store
  }

  /** One erasure at a time: a scrub looks at the whole file, and two of them would look twice. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = Promise.allSettled([turn])
    return turn
  }

  async #getRow(id: string): Promise<ErasureRow> {
    const found = isUuid(id) ? await this.#findRow(id) : undefined
    if (!found) throw new CascadeError('NOT_FOUND', `There is no erasure ${id}.`)
    return found
  }

  async #findRow(id: string): Promise<ErasureRow | undefined> {
    return (await this.#store.records.find<ErasureRow>('erasures', jobKey(id)))?.value
  }

  async #findEarlier(target: ErasureTarget): Promise<ErasureRow | undefined> {
    if (target.kind === 'subject') return this.#findOfSubject(target.subject)
    if (target.kind !== 'capsule') return undefined
    const [head] = await this.#store.capsules.getHeads([target.capsule])
    if (head?.status !== 'ERASED') return undefined
    const leaf = await findTombstone(this.#options.context, target.capsule)
    return leaf?.erasure === undefined ? undefined : this.#getRow(leaf.erasure)
  }

  /** One that has begun and is not complete; or the newest that is, where nothing of the subject has come since. */
  async #findOfSubject(subject: string): Promise<ErasureRow | undefined> {
    const isOf = ({ target: { subject_key, subject_digest } }: ErasureRow): boolean =>
      subject_key !== null && saltedDigest(Buffer.from(subject_key, 'hex'), subject) === subject_digest
    const running = (await listRunning(this.#store)).find(isOf)
    if (running || (await isKnownSubject(this.#options.context, subject))) return running
    const { items } = await this.#store.records.list<ErasureRow>('erasures', { limit: ERASURES_SEEN_MAX })
    return items.map(({ value }) => value).find(isOf)
  }

  /**
   * Makes durable what will be done. A hold that is placed meanwhile comes before it, or is told to wait; of many capsules
   * the one that is held or changed meanwhile stays, and the others go.
   */
  async #begin(call: Call<'capsule.erase'>, request: ErasureRequest): Promise<ErasureRow> {
    const { context } = this.#options
    for (let round = 0; round < BEGINS_MAX; round++) {
      const epoch = await readEpoch(context)
      const plan = await planErasure(context, request.target)
      if (plan.forbidden) {
        if (request.target.kind === 'capsules' && (await readEpoch(context)) !== epoch) continue
        throw await refusalOf(context, plan.forbidden.hold, plan.forbidden.capsule.id)
      }
      if (request.target.kind === 'subject') await requireAll(call, plan.roots)
      const row = this.#rowOf(call, plan, request)
      if (request.target.kind === 'capsules' && plan.ids.length === 0) return row
      const outcome = await this.#writeBegin(call.grant, row, plan.ids, {
        changes: [raiseEpoch(context, call.grant, epoch)],
        expected: seenIn(request.target, plan.roots),
      })
      if (outcome.ok) return row
      if (outcome.error.code !== 'REVISION_MISMATCH') throw outcome.error
    }
    throw new CascadeError(
      'CONFLICT',
      `What was to be erased was changed, or legal holds were placed, ${BEGINS_MAX} times while it was to begin.`,
    )
  }

  async #writeBegin(
    grant: Grant,
    row: ErasureRow,
    ids: readonly string[],
    more: Pick<Command, 'changes' | 'expected'> = { changes: [] },
  ) {
    const { records } = this.#store
    const pages = Array.from({ length: row.pages }, (_, page) =>
      records.put(grant, 'erasure_ids', pageKey(row.id, page), {
        ids: ids.slice(page * IDS_PER_PAGE, (page + 1) * IDS_PER_PAGE),
      }),
    )
    const put = records.put(grant, 'erasures', jobKey(row.id), row)
    const command: Command = {
      id: sha256Hex(`erasure begins:${row.id}:${grant.decisionId}`).slice(0, 32),
      grant,
      ...more,
      changes: [put, ...pages, ...more.changes],
      ...tellErasure(grant, 'erasure.begun', row.id, { legal_basis: row.legalBasis, capsules: ids.length }),
    }
    const [outcome] = await this.#store.append([command])
    return outcome ?? { ok: false as const, error: new CascadeError('INTERNAL', 'The store answered nothing.') }
  }

  /** What was erased before this store was restored from an earlier state. */
  async #readopt(grant: Grant, entries: readonly KnownErasure[]): Promise<void> {
    const [first] = entries
    if (!first) return
    const all = entries.flatMap(({ ids }) => ids)
    const heads = await this.#store.capsules.getHeads(all)
    const row: ErasureRow = {
      id: first.erasure,
      state: 'running',
      target: { kind: 'subject', capsule: null, subject_digest: null, subject_key: null },
      legalBasis: first.legalBasis,
      requestedBy: first.requestedBy,
      begunAt: first.at,
      completedAt: null,
      capsules: heads.filter(({ partOf }) => !partOf).length,
      chunks: heads.filter(({ partOf }) => partOf).length,
      versions: heads.reduce((sum, { ordinal }) => sum + ordinal, 0),
      pages: Math.ceil(heads.length / IDS_PER_PAGE),
      stays: [],
      owner: first.owner,
      places: [],
      sequence: null,
      certificate: null,
      certificateSha256: null,
    }
    const outcome = await this.#writeBegin(
      grant,
      row,
      heads.map(({ id }) => id),
    )
    if (!outcome.ok) throw outcome.error
  }

  #rowOf({ grant }: Pick<Call, 'grant'>, plan: ErasePlan, { target, legalBasis, id }: ErasureRequest): ErasureRow {
    const { newId, clock, random } = this.#options.context
    const { capsules, chunks, versions, stays, owner } = plan
    return {
      id: id ?? newId(),
      state: 'running',
      target: { kind: target.kind, capsule: capsuleOf(target), ...digestOf(target, random(new Uint8Array(32))) },
      legalBasis,
      requestedBy: grant.subject,
      begunAt: clock(),
      completedAt: null,
      ...{ capsules, chunks, versions, stays, owner },
      pages: Math.ceil(plan.ids.length / IDS_PER_PAGE),
      places: [],
      sequence: null,
      certificate: null,
      certificateSha256: null,
    }
  }

  async #complete(grant: Grant, row: ErasureRow): Promise<Erasure> {
    const ids = await readIds(this.#store, row)
    return this.#present(await carryOutErasure(this.#options, grant, row, ids))
  }

  async #present(row: ErasureRow): Promise<Erasure> {
    return presentErasure(row, (await readIdPage(this.#store, row.id, 0)).slice(0, IDS_SHOWN_MAX))
  }
}

/** Who is erased is erased whole: one capsule that may not be stops it, as a legal hold does. @throws CascadeError FORBIDDEN. */
async function requireAll(call: Pick<Call, 'decideEach'>, ids: readonly string[]): Promise<void> {
  for (const refused of (await findRefused(call, ids)).values()) throw refused
}

/** The revisions that those which are meant must still have, where they were seen before. */
function seenIn(target: ErasureTarget, roots: readonly string[]): Readonly<Record<string, number>> {
  if (target.kind !== 'capsules') return {}
  const own = new Set(roots)
  return Object.fromEntries(target.capsules.flatMap(({ id, revision }) => (own.has(id) ? [[id, revision]] : [])))
}

const capsuleOf = (target: ErasureTarget): string | null => (target.kind === 'capsule' ? target.capsule : null)

/** The store keeps no name of whom it erased: a digest under a key of its own, for who knows the name. */
function digestOf(target: ErasureTarget, key: Uint8Array): Pick<Erasure['target'], 'subject_digest' | 'subject_key'> {
  if (target.kind !== 'subject') return { subject_digest: null, subject_key: null }
  return { subject_digest: saltedDigest(key, target.subject), subject_key: Buffer.from(key).toString('hex') }
}
