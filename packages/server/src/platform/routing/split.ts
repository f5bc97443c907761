import { sha256 } from '#base'

/** Buckets of a rule: a hundredth of a percent each. */
export const BUCKETS = 10_000

/** The bucket of an id, 0-9999: SHA-256 of salt and id, modulo 10,000. The same id and salt have the same one for ever. */
export const bucketOf = (salt: string, id: string): number => sha256(`${salt}\0${id}`).readUIntBE(0, 6) % BUCKETS

export interface Arm {
  readonly provider: string
  readonly weight: number
}

/** Fractions that 48 bits of a digest tell apart. */
const FRACTIONS = 2 ** 48

/**
 * The arms in the order in which an id would have them: the first is its own. Each arm draws a fraction of its own for the id,
 * and the weights stretch these (weighted rendezvous hashing), so that arms get ids in the proportion of their weights, and
 * raising one weight moves ids to that arm alone, lowering it from that arm alone. An arm of weight 0 comes last, and first
 * where all are.
 */
export function rankArms(salt: string, id: string, arms: readonly Arm[]): readonly string[] {
  if (arms.length === 1) return arms.map(({ provider }) => provider)
  return arms
    .map(({ provider, weight }) => ({ provider, score: drawOf(salt, id, provider) / weight }))
    .sort((a, b) => (a.score === b.score ? 0 : a.score - b.score))
    .map(({ provider }) => provider)
}

/** A draw from the exponential distribution with mean 1; never 0, so that a weight of 0 makes it endless. */
const drawOf = (salt: string, id: string, provider: string): number =>
  -Math.log((sha256(`${salt}\0${provider}\0${id}`).readUIntBE(0, 6) + 0.5) / FRACTIONS)
