/** What a voter says. */
export type Vote = 'for' | 'against' | 'abstain'

/** One who may vote, with the trust it had when voting opened. */
export interface Voter {
  readonly id: string
  /** Integer above 0. */
  readonly weight: number
}

/** Who votes for whom. A voter names one other at most. */
export interface Delegation {
  readonly from: string
  readonly to: string
}

/** What a voter said, in the order in which it was taken. */
export interface Ballot {
  /** Rises from ballot to ballot; the last one of a voter counts. */
  readonly sequence: number
  readonly voter: string
  readonly vote: Vote
  /** When it was taken, in milliseconds. */
  readonly at: number
}

/** The part of what was cast for or against that has to be for, exactly or beyond. */
export interface Threshold {
  readonly numerator: number
  readonly denominator: number
  /** Exactly this part is too little. */
  readonly isBeyond: boolean
}

export interface ElectionRules {
  /** Part of the snapshot's total weight that has to be cast, in percent, 0-100. */
  readonly quorumPercent: number
  readonly threshold: Threshold
  /** What one delegate may carry of the snapshot's total, in percent; its own weight counts whole beyond it. */
  readonly delegateShareMaxPercent: number
  /** A quorum that is reached in this time before the close, in milliseconds, */
  readonly lateMs: number
  /** leaves at least this time after it, in milliseconds. */
  readonly extensionMs: number
}

/** Everything that an election is decided from, beside its ballots: fixed when voting opens. */
export interface Election {
  readonly rules: ElectionRules
  /** Milliseconds. Ballots count from here on, */
  readonly opensAt: number
  /** and before here, unless a late quorum extends it. */
  readonly closesAt: number
  readonly voters: readonly Voter[]
  readonly delegations: readonly Delegation[]
}

/** Links that are followed from a voter who says nothing to one who does. */
export const DELEGATION_DEPTH_MAX = 3
