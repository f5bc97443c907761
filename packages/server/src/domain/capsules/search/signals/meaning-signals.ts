import { around, type View } from '../view.ts'

/** How much a neighbour says about what its surroundings mean, in relation to the passage itself. */
const NEIGHBOUR_WEIGHT = 0.7

/** Cosine of the passage's vector with the question's. */
export const meaning = ({ cosines }: View): readonly (number | undefined)[] | undefined =>
  cosines.some((cosine) => cosine !== undefined) ? cosines : undefined

/** The mean cosine of the passage and its neighbours, which weigh less. */
export function surroundings({ pool, cosines }: View): readonly (number | undefined)[] | undefined {
  if (pool.threads.length === 0 || cosines.every((cosine) => cosine === undefined)) return undefined
  return pool.entries.map((entry) => {
    let [sum, weights] = [0, 0]
    for (const each of around(entry)) {
      const cosine = cosines[each.at]
      if (cosine === undefined) continue
      const weight = each === entry ? 1 : NEIGHBOUR_WEIGHT
      sum += weight * cosine
      weights += weight
    }
    return weights > 0 ? sum / weights : undefined
  })
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
