import type { Entry } from '../pool.ts'
import { around, type View } from '../view.ts'

/** How much a neighbour says about what its surroundings mean, in relation to the passage itself. */
const NEIGHBOUR_SHARE = { mean: 0.7, best: 0.9 } as const

/** Cosine of the passage's vector with the question's. */
export const meaning = ({ cosines }: View): readonly (number | undefined)[] | undefined =>
  cosines.some((cosine) => cosine !== undefined) ? cosines : undefined

/**
 * How near the passage is with its neighbours, which count for less. Vectors of words add up, so that the mean is the vector
 * of the text that they are together. A sentence is near by itself or not at all, and a mean with another one would hide it.
 */
export function surroundings({ pool, cosines, sees }: View): readonly (number | undefined)[] | undefined {
  if (pool.threads.length === 0 || cosines.every((cosine) => cosine === undefined)) return undefined
  const join = sees === 'words' ? meanOf : bestOf
  return pool.entries.map((entry) => join(entry, cosines))
}

function meanOf(entry: Entry, cosines: View['cosines']): number | undefined {
  let [sum, weights] = [0, 0]
  for (const each of around(entry)) {
    const cosine = cosines[each.at]
    if (cosine === undefined) continue
    const weight = each === entry ? 1 : NEIGHBOUR_SHARE.mean
    sum += weight * cosine
    weights += weight
  }
  return weights > 0 ? sum / weights : undefined
}

function bestOf(entry: Entry, cosines: View['cosines']): number | undefined {
  let best: number | undefined
  for (const each of around(entry)) {
    const cosine = cosines[each.at]
    if (cosine === undefined) continue
    const share = each === entry ? cosine : NEIGHBOUR_SHARE.best * cosine
    if (best === undefined || share > best) best = share
  }
  return best
}

/** How well each word of the question is met by the nearest word of the passage. */
export const nearWords = ({ pool, soft }: View): readonly (number | undefined)[] | undefined =>
  soft && pool.entries.map((entry) => (soft.isConsidered(entry) ? soft.own(entry) : undefined))

/** The same of the passage with what stands around it. */
export const nearWordsAround = ({ pool, soft }: View): readonly (number | undefined)[] | undefined =>
  soft && pool.entries.map((entry) => (soft.isConsidered(entry) ? soft.around(entry) : undefined))

/** How well the turn before asks what the question asks, in whatever words. */
export const nearReply = ({ pool, soft }: View): readonly (number | undefined)[] | undefined =>
  soft && pool.threads.length > 0
    ? pool.entries.map((entry) => (soft.isConsidered(entry) ? soft.asked(entry) : undefined))
    : undefined
