import { CascadeError, type Clock, toRfc3339 } from '#base'
import type { Subject } from '#identity'
import type { Leaf, LedgerStore } from '#ledger'
import { type Command, type Grant, type Records, toRecord, type UnitOfWork } from '#store'
import type { Evidence, EvidenceKind } from './evidence.ts'
import { foldTrust, standingOf, type TrustStep } from './fold-trust.ts'
import { recomputeTrust } from './recompute-trust.ts'
import { type EvidenceRow, evidenceKey, firstKey, type StandingRow } from './trust-rows.ts'

export interface TrustEngineOptions {
  readonly store: UnitOfWork & { readonly records: Records; readonly ledger: Pick<LedgerStore, 'list'> }
  readonly clock: Clock
  readonly newId: () => string
  /** To be called when a subject was changed, so that it is read anew. */
  readonly forget: (id: string) => void
}

/** What speaks for or against a subject. */
export interface Testimony {
  /** Id of the subject. */
  readonly subject: string
  readonly kind: EvidenceKind
  /** Who causes it. */
  readonly by: Behind & Pick<Subject, 'roles'>
  /** Of a vote 1 or -1, of `set` the score. */
  readonly value?: number | undefined
  /** For people; it is not in the log. */
  readonly note?: string | undefined
}

/** A subject, and the person behind it where it is an agent. */
type Behind = Pick<Subject, 'id'> & { readonly owner?: string | null }

export interface TrustCall {
  readonly grant: Grant<'trust.change'>
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

/** Why a subject has the trust that it has. */
export interface SubjectTrust {
  readonly subject: Subject
  readonly failures: number
  readonly isQuarantined: boolean
  /** What the log alone comes to; undefined where it does not tell enough. */
  readonly recomputed: number | undefined
  /** Newest first. */
  readonly history: readonly EvidenceRow[]
}

/** Points of trust that an explanation tells at most. */
export const TRUST_HISTORY_MAX = 100
/** Entries of the log that trust is worked out of, at once and at most. */
const LEAVES_AT_ONCE = 200
const LEAVES_MAX = 20_000
const PEOPLE_DECIDE: ReadonlySet<EvidenceKind> = new Set(['set', 'released'])

/** Keeps evidence about subjects, and the trust that follows from it. */
export class TrustEngine {
  readonly #options: TrustEngineOptions
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: TrustEngineOptions) {
    this.#options = options
  }

  /**
   * Keeps a piece of evidence with what it comes to.
   *
   * @throws CascadeError NOT_FOUND for an unknown subject; FORBIDDEN where only an administrator decides; REVISION_MISMATCH where
   *   the subject was changed meanwhile.
   */
  record(call: TrustCall, testimony: Testimony): Promise<TrustStep> {
    const turn = this.#turn.then(
      () => this.#record(call, testimony),
      () => this.#record(call, testimony),
    )
    this.#turn = turn
    return turn
  }

  /** Undefined for an unknown subject. */
  async explain(id: string): Promise<SubjectTrust | undefined> {
    const { records } = this.#options.store
    const subject = (await records.find<Subject>('subjects', id))?.value
    if (!subject) return undefined
    const standing = (await records.find<StandingRow>('trust_standings', id))?.value
    const page = { limit: TRUST_HISTORY_MAX, after: firstKey(id) }
    const { items } = await records.list<EvidenceRow>('trust_evidence', page)
    return {
      subject,
      failures: standing?.failures ?? 0,
      isQuarantined: subject.trust === 0,
      recomputed: await this.#recompute(subject),
      history: items.map(({ value }) => value).filter((row) => row.subject === id),
    }
  }

  /** Failures in a row, so far. */
  async failuresOf(id: string): Promise<number> {
    return (await this.#options.store.records.find<StandingRow>('trust_standings', id))?.value.failures ?? 0
  }

  /**
   * What goes along where a subject is given another trust, in the command that changes it: the same as `record` keeps of `set`,
   * but for the subject itself.
   *
   * @param before the subject as it is stored.
   */
  async given(grant: Grant, by: Testimony['by'], before: Subject, trust: number): Promise<Along> {
    const { id } = before
    const { changes, record, event } = await this.#plan(grant, before, { subject: id, kind: 'set', by, value: trust })
    return { changes, records: [record], events: [event] }
  }

  async #record({ grant, command }: TrustCall, testimony: Testimony): Promise<TrustStep> {
    const { store, forget } = this.#options
    const { records } = store
    const { subject: id, kind, by } = testimony
    const subject = await records.find<Subject>('subjects', id)
    if (!subject)
      throw new CascadeError('NOT_FOUND', `No subject has the id ${id}; evidence is about one that is registered.`)
    if (PEOPLE_DECIDE.has(kind) && !by.roles.includes('administrator'))
      throw new CascadeError('FORBIDDEN', 'Trust is given, and a quarantine lifted, by an administrator; ask one.')
    const { step, changes, record, event } = await this.#plan(grant, subject.value, testimony)
    const changed = { ...subject.value, trust: step.new }
    const put = records.put(grant, 'subjects', id, changed, { expectedRevision: subject.revision })
    const [outcome] = await store.append([
      { ...command, grant, changes: [put, ...changes], records: [record], events: [event] },
    ])
    forget(id)
    if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to evidence.')
    return step
  }

  /** What a piece of evidence comes to, and what is kept of it beside the subject. */
  async #plan(grant: Grant, subject: Subject, testimony: Testimony) {
    const { store, clock, newId } = this.#options
    const { records } = store
    const { subject: id, kind, by, note = null } = testimony
    const now = clock()
    const found = await records.find<StandingRow>('trust_standings', id)
    const before = beforeOf(subject, found?.value, now)
    const isOwn = behind(by) === behind(subject)
    const evidence: Evidence = { id: newId(), kind, by: by.id, isOwn, value: testimony.value ?? null, at: now }
    const step = foldTrust(before, evidence)
    const { old, reason, standing } = step
    const row: EvidenceRow = { ...evidence, subject: id, old, new: step.new, reason, note }
    const told = { old, new: step.new, reason, evidence: { ...toldOf(evidence), at: toRfc3339(evidence.at) } }
    const about = `subject/${id}` as const
    return {
      step,
      changes: [
        records.put(
          grant,
          'trust_standings',
          id,
          { ...standing, count: before.count + 1 },
          { expectedRevision: found?.revision ?? 0 },
        ),
        records.put(grant, 'trust_evidence', evidenceKey(id, before.count), row, { expectedRevision: 0 }),
      ],
      record: toRecord(grant, 'subject.trust_changed', about, told, {}),
      event: { type: 'cascade.subject.trust_changed', subject: about, data: { id, old, new: step.new, reason } },
    }
  }

  /** What the log alone comes to; undefined where it does not tell of the registration, or of more than is looked at. */
  async #recompute({ id, createdAt }: Subject): Promise<number | undefined> {
    const { ledger } = this.#options.store
    const leaves: Leaf[] = []
    for (let before: number | undefined, isMore = true; isMore; ) {
      const page = await ledger.list(
        { subject: `subject/${id}` },
        { limit: LEAVES_AT_ONCE, ...(before !== undefined && { before }) },
      )
      leaves.push(...page.map(({ leaf }) => leaf))
      before = page.at(-1)?.leaf.index
      isMore = page.length === LEAVES_AT_ONCE
      if (leaves.length > LEAVES_MAX) return undefined
    }
    return recomputeTrust(leaves.reverse(), createdAt)?.score
  }
}

/** What a command takes along. */
type Along = Pick<Command, 'changes' | 'records' | 'events'>

/** Trust that was given elsewhere than here is what counts: evidence goes on from it. */
function beforeOf({ trust, createdAt }: Subject, found: StandingRow | undefined, now: number): StandingRow {
  if (found === undefined) return { ...standingOf(trust, createdAt), count: 0 }
  return found.score === trust ? found : { ...standingOf(trust, now), count: found.count }
}

const behind = ({ id, owner }: Behind): string => owner ?? id

const toldOf = ({ id, kind, by, isOwn, value }: Evidence) => ({ id, kind, by, own: isOwn, value })
