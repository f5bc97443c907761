import { type Ballot, DELEGATION_DEPTH_MAX, type Election, type Vote } from './election.ts'

export type Outcome = 'passed' | 'rejected' | 'no_quorum'

/** What an election comes to. Weights are integers; `cast` is what counts, abstentions with it. */
export interface Tally {
  readonly outcome: Outcome
  /** Voters who said so themselves. */
  readonly votes: Readonly<Record<Vote, number>>
  /** Their weight and that of those for whom they speak. */
  readonly weight: Readonly<Record<Vote, number>>
  readonly cast: number
  /** Weight of all voters of the snapshot. */
  readonly total: number
  /** Weight that goes with nobody, as its delegate carries all it may. */
  readonly beyondShare: number
  readonly hasQuorum: boolean
  /** When the quorum was reached, in milliseconds; null where it was not. */
  readonly quorumAt: number | null
  /** When voting closes, a late quorum heeded, in milliseconds. */
  readonly closesAt: number
}

/**
 * Counts an election: one function of what was fixed when voting opened and of the ballots in the order of their sequence.
 *
 * Whoever votes speaks for itself; whoever does not is spoken for by the first who does along at most three delegations; a
 * circle, a longer way, or one through somebody who may not vote is silence. Ballots out of time and of others than the voters count for nothing.
 */
export function tally(election: Election, ballots: readonly Ballot[]): Tally {
  const weights = new Map(election.voters.map(({ id, weight }) => [id, weight]))
  const given = ballots
    .filter(({ voter, at }) => weights.has(voter) && at >= election.opensAt)
    .toSorted((a, b) => a.sequence - b.sequence)
  const counter = new Counter(election, weights)
  let closesAt = election.closesAt
  let quorumAt: number | null = null
  for (const { voter, vote, at } of given) {
    if (at >= closesAt) continue
    // A voter who thinks again brings no weight that was not cast already.
    const isFirst = counter.take(voter, vote)
    if (quorumAt !== null || !isFirst || !counter.hasQuorum()) continue
    quorumAt = at
    const { lateMs, extensionMs } = election.rules
    if (at > closesAt - lateMs) closesAt = Math.max(closesAt, at + extensionMs)
  }
  return { ...counter.result(), quorumAt, closesAt }
}

class Counter {
  readonly #election: Election
  readonly #weights: ReadonlyMap<string, number>
  readonly #delegates: ReadonlyMap<string, string>
  readonly #said = new Map<string, Vote>()
  readonly #total: number
  readonly #shareMax: number

  constructor(election: Election, weights: ReadonlyMap<string, number>) {
    this.#election = election
    this.#weights = weights
    this.#delegates = new Map(
      election.delegations
        .filter(({ from, to }) => weights.has(from) && weights.has(to))
        .map(({ from, to }) => [from, to]),
    )
    this.#total = election.voters.reduce((sum, { weight }) => sum + weight, 0)
    this.#shareMax = Math.floor((this.#total * election.rules.delegateShareMaxPercent) / 100)
  }

  /** @returns whether the voter says something for the first time. */
  take(voter: string, vote: Vote): boolean {
    const isFirst = !this.#said.has(voter)
    this.#said.set(voter, vote)
    return isFirst
  }

  hasQuorum(): boolean {
    return this.result().hasQuorum
  }

  result(): Omit<Tally, 'quorumAt' | 'closesAt'> {
    const votes = { for: 0, against: 0, abstain: 0 }
    const weight = { for: 0, against: 0, abstain: 0 }
    let beyondShare = 0
    const carried = this.#carried()
    for (const [voter, vote] of this.#said) {
      const own = this.#weights.get(voter) ?? 0
      const others = carried.get(voter) ?? 0
      const taken = Math.min(others, Math.max(0, this.#shareMax - own))
      votes[vote] += 1
      weight[vote] += own + taken
      beyondShare += others - taken
    }
    const cast = weight.for + weight.against + weight.abstain
    const { rules } = this.#election
    const hasQuorum = this.#total > 0 && cast * 100 >= rules.quorumPercent * this.#total
    return {
      outcome: this.#outcome(weight, hasQuorum),
      votes,
      weight,
      cast,
      total: this.#total,
      beyondShare,
      hasQuorum,
    }
  }

  #outcome(weight: Readonly<Record<Vote, number>>, hasQuorum: boolean): Outcome {
    if (!hasQuorum) return 'no_quorum'
    const { numerator, denominator, isBeyond } = this.#election.rules.threshold
    const decided = weight.for + weight.against
    const [reached, needed] = [weight.for * denominator, decided * numerator]
    return decided > 0 && (isBeyond ? reached > needed : reached >= needed) ? 'passed' : 'rejected'
  }

  /** Weight of others that goes with each who votes. */
  #carried(): ReadonlyMap<string, number> {
    const carried = new Map<string, number>()
    for (const { id, weight } of this.#election.voters) {
      if (this.#said.has(id)) continue
      const speaker = this.#speakerOf(id)
      if (speaker !== undefined) carried.set(speaker, (carried.get(speaker) ?? 0) + weight)
    }
    return carried
  }

  /** The first along the delegations who votes. A circle ends with the depth. */
  #speakerOf(id: string): string | undefined {
    let at: string | undefined = id
    for (let depth = 0; depth < DELEGATION_DEPTH_MAX; depth++) {
      at = this.#delegates.get(at)
      if (at === undefined || this.#said.has(at)) return at
    }
    return undefined
  }
}
