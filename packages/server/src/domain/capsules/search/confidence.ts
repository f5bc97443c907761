import type { Entry } from './pool.ts'
import { around, type View } from './view.ts'

/** Cosines of texts that have nothing to do with each other lie below, those of the same thing said twice above. */
const COSINE = { strangers: 0.2, alike: 0.7 } as const

/**
 * 0-1: how much of the question a passage and its neighbours meet by themselves, whatever else was found. Fused scores
 * are relative to the best passage; this tells a good best from a poor one.
 */
export function confidenceOf(entry: Entry, view: View): number {
  return Math.max(coverage(entry, view), nearness(view.cosines[entry.at]))
}

/** The share of the question's words that are met; rare ones count more, and those that no text holds the most. */
function coverage(entry: Entry, { pool, soft }: View): number {
  if (soft) return soft.coverage(entry)
  const [met, all] = [around(entry), pool.rarities.reduce((sum, rarity) => sum + rarity, 0)]
  const isMet = (at: number): boolean => met.some(({ counts }) => counts.frequencies[at]! > 0)
  return all > 0 ? pool.rarities.reduce((sum, rarity, at) => sum + (isMet(at) ? rarity : 0), 0) / all : 0
}

const nearness = (cosine = 0): number =>
  Math.min(1, Math.max(0, (cosine - COSINE.strangers) / (COSINE.alike - COSINE.strangers)))
