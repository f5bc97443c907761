import {
  between,
  SIGNAL_NAMES,
  SIGNALS,
  type Signal,
  type SignalKind,
  type SignalName,
  weightAt,
} from './signals/index.ts'
import type { View } from './view.ts'

/** Factors on the weights of the signals of a kind: 1 as they are, 0 without them. */
export type KindWeights = Readonly<Record<SignalKind, number>>

/** Which signals are asked, and how much each kind of them counts. */
export interface Fusion {
  readonly weights: KindWeights
  /** Signals that are not asked. */
  readonly without?: ReadonlySet<SignalName> | undefined
}

/** What one signal says of all entries of a pool. */
interface Opinion {
  readonly signal: SignalName
  readonly weight: number
  /** As it was read, by place in the pool. */
  readonly raw: readonly (number | undefined)[]
  /** The same as 0-1. */
  readonly scaled: Float64Array
}

/** The signals of a question fused. */
export interface Fused {
  /** 0-1, by place in the pool. */
  readonly scores: Float64Array
  readonly opinions: readonly Opinion[]
  /** Weights of the signals that speak for something, added up. */
  readonly whole: number
}

/**
 * Entries that are compared word by word: those that are the best by all other signals. Turns have few words and leave much
 * to each other; of pages half as many give the same answers, and have several times as many words to compare.
 */
export const NEAR_WORDS_MAX = { turn: 96, page: 48 } as const

/**
 * Fuses the signals of a question: each is brought to 0-1 and weighted, and the sum is divided by the weights of those
 * that had something to say. One that is silent gives its weight to the others, and none can shut out what another found.
 * Words are compared one by one where all other signals together see the best passages.
 *
 * Weighted sums of normalised parts keep how much better the first is than the second; ranks (reciprocal rank fusion)
 * lose it.
 */
export function fuse(view: View, fusion: Fusion): Fused {
  const cheap = listen(view, fusion, (signal) => !signal.isDear)
  if (!view.soft) return sumUp(view, cheap)
  const { scores } = sumUp(view, cheap)
  const best = view.pool.entries.toSorted((a, b) => scores[b.at]! - scores[a.at]! || a.at - b.at)
  view.soft.consider(best.slice(0, Math.round(between(NEAR_WORDS_MAX, view.pool.pageLikeness))))
  return sumUp(view, [...cheap, ...listen(view, fusion, (signal) => signal.isDear === true)])
}

function listen(view: View, { weights, without }: Fusion, isMeant: (signal: Signal) => boolean): readonly Opinion[] {
  return SIGNAL_NAMES.filter((name) => isMeant(SIGNALS[name]) && !without?.has(name)).flatMap((name) => {
    const signal: Signal = SIGNALS[name]
    const weight = weightAt(signal, view) * weights[signal.kind]
    const raw = weight === 0 ? undefined : signal.read(view)
    const scaled = raw && scale(raw, signal.scale)
    return scaled ? [{ signal: name, raw, weight, scaled }] : []
  })
}

function sumUp({ pool }: View, opinions: readonly Opinion[]): Fused {
  const whole = opinions.reduce((sum, { weight }) => sum + Math.max(0, weight), 0)
  const scores = new Float64Array(pool.entries.length)
  if (whole === 0) return { scores, opinions, whole }
  for (const { weight, scaled } of opinions) {
    for (let at = 0; at < scores.length; at++) scores[at]! += (weight / whole) * scaled[at]!
  }
  for (let at = 0; at < scores.length; at++) scores[at] = Math.max(0, scores[at]!)
  return { scores, opinions, whole }
}

/** Values as 0-1; undefined when there is none above 0, so that the signal says nothing. */
function scale(raw: readonly (number | undefined)[], how: Signal['scale']): Float64Array | undefined {
  let [least, best] = [Number.POSITIVE_INFINITY, 0]
  for (const value of raw) {
    if (value === undefined) continue
    if (value < least) least = value
    if (value > best) best = value
  }
  if (!(best > 0)) return undefined
  const floor = how === 'range' && least < best ? least : 0
  const span = how === 'share' ? 1 : best - floor
  const scaled = new Float64Array(raw.length)
  for (let at = 0; at < scaled.length; at++) scaled[at] = Math.max(0, ((raw[at] ?? floor) - floor) / span)
  return scaled
}
