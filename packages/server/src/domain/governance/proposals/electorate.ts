import { PROPOSAL_LIMITS, type ProposalKind } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Subject, Subjects } from '#identity'
import type { GovernanceGate } from '../governance-gate.ts'
import { riskOfTakingPart } from '../lock-out.ts'
import type { Voter } from '../voting/election.ts'
import type { KindRules, ProposalAction } from './proposal-row.ts'
import { kindNow, votersOn } from './proposal-rules.ts'
import type { VotedSettings } from './voted-settings.ts'

export interface ElectorateOptions {
  readonly subjects: Pick<Subjects, 'find'>
  readonly listPeople: () => Promise<readonly Subject[]>
  readonly settings: Pick<VotedSettings, 'after'>
  readonly gate: Pick<GovernanceGate, 'inputOf'>
  /** Who acts where nobody asks. */
  readonly instance: Subject
  readonly rules: (kind: ProposalKind) => KindRules
  readonly voteTrustMin: () => number
}

/** Who votes, on what by which rules, and whether they could go on voting. */
export class Electorate {
  readonly #options: ElectorateOptions

  constructor(options: ElectorateOptions) {
    this.#options = options
  }

  /** How an action is voted on as things stand. */
  async kindOf(action: ProposalAction): Promise<ProposalKind> {
    return kindNow(action, await this.#targetOf(action), this.#options.voteTrustMin())
  }

  /** @throws CascadeError CONFLICT where nobody could vote, or more than can be counted. */
  async voters(action: ProposalAction): Promise<readonly Voter[]> {
    const { listPeople, voteTrustMin } = this.#options
    const trustMin = voteTrustMin()
    const voters = votersOn(action, await listPeople(), await this.#targetOf(action), trustMin)
    const { votersMax } = PROPOSAL_LIMITS
    if (voters.length > 0 && voters.length <= votersMax) return voters
    const what =
      voters.length === 0
        ? 'Nobody could vote on it: no other active person has the trust for it'
        : `${voters.length} people could vote on it, and at most ${votersMax} are counted`
    throw new CascadeError('CONFLICT', `${what} (governance.vote_trust_min is ${trustMin}).`)
  }

  /** Whether those who may take part under other policies are enough to amend the constitution. */
  async canStillVote(action: ProposalAction, mayTakePart: (voter: Subject) => boolean): Promise<boolean> {
    return this.#areEnough(action, mayTakePart, this.#options.voteTrustMin())
  }

  /**
   * Holds settings against what votes need: people who are trusted enough, and who are let in when nothing is out of the ordinary.
   *
   * @throws CascadeError CONFLICT for those after which nobody could change them again by a vote.
   */
  async checkSettings(action: ProposalAction): Promise<void> {
    if (action.type !== 'configuration_change') return
    const { gate: limits, governance } = this.#options.settings.after(action.changes)
    const { gate, instance } = this.#options
    const risk = riskOfTakingPart(gate, instance)
    if (limits.risk_deny <= risk)
      throw new CascadeError(
        'CONFLICT',
        `Voting has a risk of ${risk}, and with gate.risk_deny at ${limits.risk_deny} it would be refused: name a higher one.`,
      )
    const { vote_trust_min: trustMin } = governance
    if (await this.#areEnough(action, () => true, trustMin)) return
    throw new CascadeError(
      'CONFLICT',
      `With governance.vote_trust_min at ${trustMin} those who could vote would be too few to change it again: name a lower one.`,
    )
  }

  async #areEnough(
    action: ProposalAction,
    mayTakePart: (voter: Subject) => boolean,
    trustMin: number,
  ): Promise<boolean> {
    const { listPeople, rules, voteTrustMin } = this.#options
    const people = await listPeople()
    const sumOf = (among: readonly Subject[], trust: number): number =>
      votersOn(action, among, undefined, trust).reduce((sum, { weight }) => sum + weight, 0)
    const [all, left] = [sumOf(people, voteTrustMin()), sumOf(people.filter(mayTakePart), trustMin)]
    return left > 0 && left * 100 >= rules('constitution').quorumPercent * all
  }

  async #targetOf(action: ProposalAction): Promise<Subject | undefined> {
    return action.type === 'trust_change' ? this.#options.subjects.find(action.subject) : undefined
  }
}
