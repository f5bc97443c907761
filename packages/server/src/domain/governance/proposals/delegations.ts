import { type DelegationTopic, PROPOSAL_KINDS, type ProposalKind } from '@forge-cascade/contract'
import { CascadeError, type Clock } from '#base'
import type { Subject } from '#identity'
import { type Command, type Grant, type RecordPage, type Records, toRecord, type UnitOfWork } from '#store'
import type { Delegation } from '../voting/election.ts'
import { DELEGATIONS, type DelegationRow, delegationKey } from './proposal-row.ts'

export interface DelegationsOptions {
  readonly store: Pick<UnitOfWork, 'append'> & { readonly records: Records }
  readonly clock: Clock
  /** By id or name. */
  readonly resolve: (idOrName: string) => Promise<Subject | undefined>
}

export interface DelegationCall {
  readonly grant: Grant<'proposal.delegate'>
  readonly subject: Subject
  readonly command: Pick<Command, 'id' | 'bodyDigest'>
}

const PER_PAGE = 1000

/** Who speaks for whom where one says nothing itself: on proposals of one kind, or on all for which nobody else is named. */
export class Delegations {
  readonly #options: DelegationsOptions
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: DelegationsOptions) {
    this.#options = options
  }

  /**
   * Names who speaks for the subject, in the place of whoever did.
   *
   * @throws CascadeError UNPROCESSABLE for nobody, oneself, and who is no active person; FORBIDDEN where the subject is no person;
   *   CONFLICT where it would lead back to it.
   */
  give(call: DelegationCall, { to, topic }: { readonly to: string; readonly topic: DelegationTopic }) {
    // One after the other: two at once could each be no circle, and one together.
    const work = () => this.#give(call, to, topic)
    const turn = this.#turn.then(work, work)
    this.#turn = turn
    return turn
  }

  async #give({ grant, subject, command }: DelegationCall, to: string, topic: DelegationTopic): Promise<DelegationRow> {
    const { clock, resolve, store } = this.#options
    if (subject.kind !== 'person')
      throw new CascadeError('FORBIDDEN', `People vote: a ${subject.kind} has no vote to delegate.`)
    const delegate = await resolve(to)
    if (delegate === undefined)
      throw new CascadeError('UNPROCESSABLE', `No subject has the id or the name ${JSON.stringify(to)}.`)
    if (delegate.id === subject.id)
      throw new CascadeError('UNPROCESSABLE', 'A vote is delegated to somebody else: name another person.')
    if (delegate.kind !== 'person' || !delegate.active)
      throw new CascadeError('UNPROCESSABLE', `A vote is delegated to a person who is active; ${delegate.name} is not.`)
    const row: DelegationRow = { from: subject.id, to: delegate.id, topic, at: clock() }
    const others = (await this.#all()).filter((one) => one.from !== row.from || one.topic !== topic)
    const round = PROPOSAL_KINDS.find((kind) => leadsBack(resolveTopic([...others, row], kind), row.from))
    if (round !== undefined)
      throw new CascadeError(
        'CONFLICT',
        `On proposals of the kind ${round} it would lead back to you: ${delegate.name}, or whom it delegates to, delegates to you. Name another person, or another topic.`,
      )
    const about = `subject/${row.from}` as const
    const changes = [store.records.put(grant, DELEGATIONS.name, delegationKey(row.from, topic), row)]
    const records = [toRecord(grant, 'delegation.given', about, { to: row.to, topic }, {})]
    const data = { from: row.from, to: row.to, topic }
    const events = [{ type: 'cascade.delegation.given', subject: about, data }]
    await this.#append({ ...command, grant, changes, records, events })
    return row
  }

  /** @throws CascadeError NOT_FOUND. */
  async revoke({ grant, subject, command }: DelegationCall, topic: DelegationTopic): Promise<void> {
    const { records: rows } = this.#options.store
    const key = delegationKey(subject.id, topic)
    const found = await rows.find<DelegationRow>(DELEGATIONS.name, key)
    if (found === undefined)
      throw new CascadeError(
        'NOT_FOUND',
        `Nobody speaks for you on the topic ${topic}; name the topic of the delegation.`,
      )
    const about = `subject/${subject.id}` as const
    await this.#append({
      ...command,
      grant,
      changes: [rows.delete(grant, DELEGATIONS.name, key, { expectedRevision: found.revision })],
      records: [toRecord(grant, 'delegation.revoked', about, { topic }, {})],
      events: [{ type: 'cascade.delegation.revoked', subject: about, data: { from: subject.id, topic } }],
    })
  }

  /** Those from and to a subject. */
  async of(id: string): Promise<readonly DelegationRow[]> {
    return (await this.#all()).filter(({ from, to }) => from === id || to === id)
  }

  /** As they are now for proposals of a kind: one at most from each. */
  async onTopic(kind: ProposalKind): Promise<readonly Delegation[]> {
    return resolveTopic(await this.#all(), kind)
  }

  async #all(): Promise<readonly DelegationRow[]> {
    const rows: DelegationRow[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: RecordPage<DelegationRow> = await this.#options.store.records.list(DELEGATIONS.name, {
        limit: PER_PAGE,
        ...(after !== '' && { after }),
      })
      rows.push(...page.items.map(({ value }) => value))
      after = page.next
    }
    return rows
  }

  async #append(command: Command): Promise<void> {
    const [outcome] = await this.#options.store.append([command])
    if (!outcome?.ok)
      throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a delegation.')
  }
}

/** What is given for the kind beats what is given for all. */
function resolveTopic(rows: readonly DelegationRow[], kind: ProposalKind): readonly Delegation[] {
  const named = new Map<string, string>()
  for (const topic of ['all', kind] as const)
    for (const { from, to, topic: given } of rows) if (given === topic) named.set(from, to)
  return [...named].map(([from, to]) => ({ from, to }))
}

function leadsBack(delegations: readonly Delegation[], start: string): boolean {
  const next = new Map(delegations.map(({ from, to }) => [from, to]))
  const seen = new Set<string>()
  for (let at = next.get(start); at !== undefined && !seen.has(at); at = next.get(at)) {
    if (at === start) return true
    seen.add(at)
  }
  return false
}
