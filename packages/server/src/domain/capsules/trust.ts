import { TRUST_LEVELS, type TrustLevel } from '@forge-cascade/contract/vocabulary'

/** Trust of a new capsule unless its author's is lower or another value is given. */
export const TRUST_NEW = TRUST_LEVELS.STANDARD

/** Trust of a child that has sound parents beside quarantined ones. */
export const TRUST_MIXED_PARENTS = TRUST_LEVELS.SANDBOX

const BY_SCORE = Object.entries(TRUST_LEVELS) as readonly (readonly [TrustLevel, number])[]

/** The highest named level that is not above the score. */
export function trustLevel(score: number): TrustLevel {
  for (const [name, least] of BY_SCORE) if (score >= least) return name
  return 'QUARANTINE'
}

/** What the effective trust of a capsule follows from. */
export interface TrustInputs {
  readonly trust: number
  readonly quarantined: boolean
  /** Effective trust of each parent; 0 means quarantined. */
  readonly parents: readonly number[]
  /** Effective trust of the document it is a chunk of; left out for what is whole. */
  readonly document?: number | undefined
}

/**
 * What a capsule may be trusted with, given where it comes from: the least of its own and its parents' effective trust.
 * Quarantined parents beside sound ones bring it to at most 40; when all are quarantined it is 0, as it is when the
 * capsule itself is. A chunk is never trusted above its document.
 */
export function effectiveTrust({ document = TRUST_LEVELS.CORE, ...inputs }: TrustInputs): number {
  return Math.min(document, supportedByParents(inputs))
}

function supportedByParents({ trust, quarantined, parents }: TrustInputs): number {
  if (quarantined) return 0
  const sound = parents.filter((parent) => parent > 0)
  if (sound.length === parents.length) return Math.min(trust, ...sound)
  return sound.length === 0 ? 0 : Math.min(trust, TRUST_MIXED_PARENTS, ...sound)
}
