import { APPROVAL_LIMITS, type ApprovalState } from '@forge-cascade/contract'
import { ACTION_TRAITS } from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock, canonicalJson, isCascadeError, isUuid, messageOf, type Random } from '#base'
import type { Credential, Subject } from '#identity'
import type { Command, Grant, RecordPage, RecordPut, Records, StoredRecord, UnitOfWork } from '#store'
import { mintGrant } from '../../../platform/store/mint-grant.ts'
import type { ApprovalFacts } from '../decision-input.ts'
import type { Decision } from '../gate.ts'
import {
  commandIdOf,
  doneAt,
  idIn,
  isOver,
  newKey,
  type Obstacle,
  obstacle,
  outcomeOf,
  putRow,
  tooMany,
  UNKNOWN,
  whatChanged,
} from './approval-end.ts'
import {
  APPROVAL_COLLECTION,
  type ApprovalOutcome,
  type ApprovalRow,
  type Bound,
  type CapsulePin,
  digestOf,
  type HeldOperation,
  ownerOf,
  toApprovalFacts,
} from './approval-row.ts'
import { type ApprovalWord, tellApproval } from './tell-approval.ts'

export interface ApprovalsOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: Records }
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => string
  /** Hours that a request waits; asked at each. */
  readonly hours: () => number
  /** Days that one which is over is kept. */
  readonly keepDays: () => number
  /** Digest of the policies in force. */
  readonly bundle: () => string
  readonly findSubject: (id: string) => Promise<Subject | undefined>
  /** The subject where it would be let in if it came now. */
  readonly findWhoMayEnter: (id: string) => Promise<Subject | undefined>
  /** Whether one still comes in with the token of this id. */
  readonly isTokenActive: (id: string) => Promise<boolean>
  /** The capsule that a resource names, as it is; null for none. */
  readonly findCapsule: (resource: string) => Promise<CapsulePin | null>
}

/** What carries out an operation needs to know of its approval. */
export interface Approved {
  readonly id: string
  /** Of the operation's command: the same each time. */
  readonly commandId: string
  /** Rows that the first change takes along: with them in one transaction it is never carried out twice. */
  readonly alongside: () => readonly RecordPut[]
}

/** Carries out an operation for whoever asked, as if it came alone with that credential; answers with its answer. */
export type CarryOut = (credential: Credential, operation: HeldOperation, approved: Approved) => Promise<unknown>

/** Who decides: with which grant, as which command. */
export interface ApprovalCall {
  readonly grant: Grant<'approval.decide'>
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

type Found = StoredRecord<ApprovalRow>

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const PER_PAGE = 100
/** Rows that one listing looks at: whoever may see few of many gets short pages. */
const LOOKED_AT = 1000
/** What passes by itself: what was approved is carried out later. */
const PUT_OFF: ReadonlySet<string> = new Set(['EMERGENCY_ACTIVE', 'UNAVAILABLE', 'STORAGE_FULL', 'DEADLINE_EXCEEDED'])

/**
 * Requests that wait for somebody's word. What is approved is exactly what was asked, of the capsule and under the policies as
 * they were; it is decided again before it is carried out, at most once, and by any end of the process not forgotten.
 */
export class Approvals {
  readonly #options: ApprovalsOptions
  #carryOut: CarryOut | undefined
  #parking: Promise<unknown> = Promise.resolve()
  readonly #running = new Map<string, Promise<ApprovalRow>>()

  constructor(options: ApprovalsOptions) {
    this.#options = options
  }

  /** Names who carries out what is approved; until then it waits. */
  carryOutBy(carryOut: CarryOut): void {
    this.#carryOut = carryOut
  }

  /**
   * Has a request that was held wait. The same asked again while it waits is the same request.
   *
   * @throws CascadeError PAYLOAD_TOO_LARGE; RATE_LIMITED where too many of the requester wait already.
   */
  park(held: Decision, credential: Credential, operation: HeldOperation): Promise<ApprovalRow> {
    const size = Buffer.byteLength(canonicalJson([operation.params, operation.query ?? null, operation.body ?? null]))
    const { operationBytesMax } = APPROVAL_LIMITS
    if (size > operationBytesMax) {
      const detail = `What waits for an approval is at most ${operationBytesMax} bytes of JSON, and this is ${size}; send less at once, or have somebody do it who needs no approval.`
      throw new CascadeError('PAYLOAD_TOO_LARGE', detail)
    }
    const work = () => this.#park(held, credential, operation)
    const turn = this.#parking.then(work, work)
    this.#parking = turn
    return turn
  }

  async #park(held: Decision, credential: Credential, operation: HeldOperation): Promise<ApprovalRow> {
    const { clock, hours, newId } = this.#options
    const { action, resource, decisionId, correlationId, verdict } = held
    const { subject, tokenId: token, scopes } = credential
    const asked = { action, resource, operation, requester: subject.id, token, scopes }
    const bound = await this.#bind(asked, subject)
    const digest = digestOf(bound)
    const waiting = (await this.#waitingOf(subject.id)).filter(({ expiresAt }) => expiresAt > clock())
    const same = waiting.find((row) => row.digest === digest)
    if (same) return same
    if (waiting.length >= APPROVAL_LIMITS.waitingMax) throw tooMany(waiting, clock())
    const now = clock()
    const row: ApprovalRow = {
      ...{ v: 1, id: newId(), state: 'waiting', next: 'decide', ...bound, digest, decisionId, correlationId },
      reasons: verdict.reasons
        .filter(({ code }) => code !== 'PERMITTED')
        .map(({ code, message, policyId }) => ({ code, message, policyId })),
      ...{ createdAt: now, expiresAt: now + hours() * HOUR_MS, decided: null, startedAt: null, outcome: null },
      digestKey: newKey(this.#options.random),
    }
    await this.#write(row, 0, 'approval.parked', this.#grant(row, subject.id))
    return row
  }

  /** Undefined for an id that no request has. */
  async find(id: string): Promise<ApprovalRow | undefined> {
    return (await this.#find(id))?.value
  }

  /** What the gate is told of it. */
  async factsOf(id: string): Promise<ApprovalFacts | 'absent'> {
    const row = await this.find(id)
    return row ? this.toFacts(row) : 'absent'
  }

  async toFacts(row: ApprovalRow): Promise<ApprovalFacts> {
    return toApprovalFacts(row, await this.#options.findSubject(row.requester))
  }

  /**
   * Oldest first. A page may be shorter than asked for where not everything may be seen.
   *
   * @throws CascadeError CURSOR_INVALID.
   */
  async list(
    { state, requester }: { readonly state?: ApprovalState | undefined; readonly requester?: string | undefined },
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
    maySee: (row: ApprovalRow) => Promise<boolean>,
  ): Promise<{ readonly items: readonly ApprovalRow[]; readonly next: string | undefined }> {
    if (cursor !== undefined && !isUuid(cursor))
      throw new CascadeError('CURSOR_INVALID', 'The cursor is none of this list.')
    const items: ApprovalRow[] = []
    let after = cursor
    for (let seen = 0; seen < LOOKED_AT; seen += PER_PAGE) {
      const page: RecordPage<ApprovalRow> = await this.#page({ state, requester }, after)
      for (const { key, value } of page.items) {
        const fits =
          (state === undefined || value.state === state) && (requester ?? value.requester) === value.requester
        if (fits && (await maySee(value))) items.push(value)
        if (items.length === limit) return { items, next: key }
      }
      after = page.next
      if (after === undefined) break
    }
    return { items, next: after }
  }

  #page(
    { state, requester }: { readonly state: ApprovalState | undefined; readonly requester: string | undefined },
    after: string | undefined,
  ): Promise<RecordPage<ApprovalRow>> {
    const { records } = this.#options.store
    const page = { limit: PER_PAGE, ...(after !== undefined && { after }) }
    const { name } = APPROVAL_COLLECTION
    if (requester !== undefined) return records.listBy(name, 'requester', requester, page)
    return state === undefined ? records.list(name, page) : records.listBy(name, 'state', state, page)
  }

  /**
   * Approves or rejects. What is approved is carried out before this answers, unless something is in the way that passes.
   *
   * @throws CascadeError NOT_FOUND; CONFLICT where it waits no longer.
   */
  async decide(
    { grant, command }: ApprovalCall,
    id: string,
    { decision, reason }: { readonly decision: 'approve' | 'reject'; readonly reason?: string | undefined },
  ): Promise<ApprovalRow> {
    const found = await this.#find(id)
    if (found === undefined) throw new CascadeError('NOT_FOUND', `No request has the id ${id}.`)
    const now = this.#options.clock()
    const { value: row, revision } = found
    if (row.state === 'waiting' && row.expiresAt <= now) {
      await this.#end(found, 'expired', null)
      throw new CascadeError('CONFLICT', 'It waited for too long and has expired; it has to be asked for again.')
    }
    if (row.state !== 'waiting') throw isOver(row)
    const decided = { by: grant.subject, at: now, reason: reason ?? null }
    const { decisionId } = grant
    const said = { decided, decisionId, digestKey: row.digestKey ?? newKey(this.#options.random) }
    if (decision === 'reject') {
      const rejected: ApprovalRow = { ...row, state: 'rejected', next: 'nothing', ...said }
      await this.#write(rejected, revision, 'approval.rejected', grant, command)
      return rejected
    }
    const approved: ApprovalRow = { ...row, state: 'approved', next: 'execute', ...said }
    await this.#write(approved, revision, 'approval.approved', grant, command)
    return this.carryOut(id)
  }

  /** Carries out what is approved and was not yet; one that is under way is waited for. */
  carryOut(id: string): Promise<ApprovalRow> {
    const running = this.#running.get(id) ?? this.#carryOutNow(id).finally(() => this.#running.delete(id))
    this.#running.set(id, running)
    return running
  }

  /**
   * Carries out what an end of the process left approved, tells of what it left untold, and ends what waited too long.
   *
   * @param signal ends it between two of them.
   */
  async sweep(signal: AbortSignal): Promise<{ readonly carriedOut: number; readonly expired: number }> {
    const counts = { carriedOut: 0, expired: 0 }
    for (const next of ['tell', 'execute'] as const)
      for (const { key } of await this.#due(next)) {
        if (signal.aborted) return counts
        const { state } = await this.carryOut(key)
        if (state === 'executed') counts.carriedOut++
      }
    const now = this.#options.clock()
    for (const found of await this.#due('decide')) {
      if (signal.aborted) return counts
      if (found.value.expiresAt > now) continue
      await this.#end(found, 'expired', null)
      counts.expired++
    }
    return counts
  }

  async #due(next: ApprovalRow['next']): Promise<readonly Found[]> {
    const { records } = this.#options.store
    const found: Found[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: RecordPage<ApprovalRow> = await records.listBy(APPROVAL_COLLECTION.name, 'next', next, {
        limit: PER_PAGE,
        ...(after !== '' && { after }),
      })
      const now = this.#options.clock()
      // Of those that wait only what is due is held in memory.
      found.push(...page.items.filter(({ value }) => next !== 'decide' || value.expiresAt <= now))
      after = page.next
    }
    return found
  }

  async #carryOutNow(id: string): Promise<ApprovalRow> {
    const found = await this.#get(id)
    const { value: row } = found
    if (row.next === 'tell') return this.#end(found, 'executed', doneAt(row, this.#options.clock()))
    if (row.next !== 'execute' || this.#carryOut === undefined) return row
    if (row.startedAt === null && row.expiresAt <= this.#options.clock()) return this.#end(found, 'expired', null)
    const credential = await this.#admit(row)
    if ('code' in credential) return this.#end(found, 'failed', outcomeOf(credential, this.#options.clock()))
    const begun = ACTION_TRAITS[row.action].reach === 'changes' ? found : await this.#begin(found)
    try {
      const answer = await this.#carryOut(credential, row.operation, this.#approved(begun))
      const outcome = { at: this.#options.clock(), code: null, detail: null, id: idIn(answer) }
      return await this.#end(await this.#get(id), 'executed', outcome)
    } catch (error) {
      return this.#broken(id, error)
    }
  }

  /** With what it is carried out: whoever asked is let in as if it came now. Or what keeps it from being carried out. */
  async #admit(row: ApprovalRow): Promise<Credential | Obstacle> {
    if (row.startedAt !== null) return UNKNOWN
    const { requester, token, scopes } = row
    const { findWhoMayEnter, isTokenActive } = this.#options
    const subject = await findWhoMayEnter(requester)
    if (subject === undefined) return obstacle('SUBJECT_INACTIVE')
    const changed = whatChanged(row, await this.#bind(row, subject))
    if (changed) return changed
    if (token !== null && !(await isTokenActive(token))) return obstacle('TOKEN_OVER')
    return { subject, tokenId: token, scopes }
  }

  async #bind(asked: Omit<Bound, 'owner' | 'bundle' | 'capsule'>, subject: Subject): Promise<Bound> {
    const { action, resource, operation, requester, token, scopes } = asked
    const { bundle, findCapsule } = this.#options
    return {
      ...{ action, resource, operation, requester, token, scopes },
      ...{ owner: ownerOf(subject), bundle: bundle(), capsule: await findCapsule(resource) },
    }
  }

  /** Durable before something begins that no transaction reaches: it is begun once. */
  async #begin({ key, value, revision }: Found): Promise<Found> {
    await this.#write({ ...value, startedAt: this.#options.clock() }, revision, 'approval.started')
    return this.#get(key)
  }

  #approved({ key, value, revision }: Found): Approved {
    return {
      id: key,
      commandId: commandIdOf(key),
      alongside: () => [
        putRow({ ...value, state: 'executed', next: 'tell', startedAt: this.#options.clock() }, revision),
      ],
    }
  }

  async #broken(id: string, error: unknown): Promise<ApprovalRow> {
    const found = await this.#get(id)
    const known = isCascadeError(error) ? error : new CascadeError('INTERNAL', messageOf(error), { cause: error })
    const outcome = outcomeOf(known, this.#options.clock())
    if (found.value.next === 'tell') return this.#end(found, 'executed', outcome)
    const isPutOff = PUT_OFF.has(known.code) && found.value.startedAt === null
    return isPutOff ? found.value : this.#end(found, 'failed', outcome)
  }

  /** The last that happens to it, and the record of it. */
  async #end(
    { value, revision }: Found,
    state: 'executed' | 'failed' | 'expired',
    outcome: ApprovalOutcome | null,
  ): Promise<ApprovalRow> {
    const row: ApprovalRow = { ...value, state, next: 'nothing', outcome }
    await this.#write(row, revision, `approval.${state}`, this.#grant(row, value.requester))
    return row
  }

  async #waitingOf(requester: string): Promise<readonly ApprovalRow[]> {
    const page = { limit: PER_PAGE }
    const { items } = await this.#options.store.records.listBy<ApprovalRow>(
      APPROVAL_COLLECTION.name,
      'waitingOf',
      requester,
      page,
    )
    return items.map(({ value }) => value)
  }

  async #find(id: string): Promise<Found | undefined> {
    return isUuid(id) ? this.#options.store.records.find<ApprovalRow>(APPROVAL_COLLECTION.name, id) : undefined
  }

  async #get(id: string): Promise<Found> {
    const found = await this.#find(id)
    if (found) return found
    throw new CascadeError('NOT_FOUND', `No request has the id ${id}.`)
  }

  /** For what follows from a decision that was made: that it waits, and how it ends. */
  #grant({ decisionId, correlationId, id }: ApprovalRow, subject: string): Grant {
    const fields = { decisionId, correlationId, subject, resource: `approval/${id}`, reach: 'lines' } as const
    return mintGrant({ action: 'approval.decide', ...fields })
  }

  /** @throws CascadeError CONFLICT where somebody else was first. */
  async #write(
    row: ApprovalRow,
    revision: number,
    word: ApprovalWord,
    grant: Grant = this.#grant(row, row.requester),
    command: ApprovalCall['command'] = { id: this.#options.newId().replaceAll('-', '') },
  ): Promise<void> {
    const days = row.next === 'nothing' ? this.#options.keepDays() : undefined
    const change = putRow(row, revision, days === undefined ? null : this.#options.clock() + days * DAY_MS)
    const [outcome] = await this.#options.store.append([
      { ...command, grant, changes: [change], ...tellApproval(grant, row, word) },
    ])
    if (outcome?.ok) return
    const error = outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to an approval.')
    if (error.code !== 'CONFLICT' && error.code !== 'REVISION_MISMATCH') throw error
    throw new CascadeError('CONFLICT', 'Somebody else decided on it meanwhile; look at it again.', { cause: error })
  }
}
