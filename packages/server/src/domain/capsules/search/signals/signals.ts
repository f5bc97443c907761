import type { SEARCH_SIGNALS } from '@forge-cascade/contract'
import type { View } from '../view.ts'
import { meaning, nearReply, nearWords, nearWordsAround, surroundings } from './meaning-signals.ts'
import { asks, date, reply, speaker, time } from './turn-signals.ts'
import { document, neighbourhood, pairs, passage } from './word-signals.ts'

/** Kinds of signals; configuration weighs each kind as a whole. */
export const SIGNAL_KINDS = ['lexical', 'position', 'vector', 'graph'] as const
export type SignalKind = (typeof SIGNAL_KINDS)[number]

export type SignalName = (typeof SEARCH_SIGNALS)[number]

export interface Weights {
  readonly turn: number
  readonly page: number
}

/** One thing that speaks for or against a passage. */
export interface Signal {
  readonly kind: SignalKind
  /**
   * What the best passage by this signal gets; below 0 for what speaks against one. Where two are given, the first is for
   * passages as short as turns and the second for pages; between them it goes over from one to the other.
   */
  readonly weight: number | Weights
  /** The same where vectors see sentences, where that differs. */
  readonly weightOfSentences?: number | Weights
  /**
   * How raw values become 0-1. `best`: in relation to the best one. `range`: between the least and the best, for values
   * that are never near 0. `share`: they are 0-1 already, and mean the same for every question.
   */
  readonly scale: 'best' | 'range' | 'share'
  /** True for what takes long: it is asked about the best by all others alone. */
  readonly isDear?: boolean
  /** Raw values by place in the pool; undefined where the question or the passages lack what the signal goes by. */
  readonly read: (view: View) => readonly (number | undefined)[] | undefined
}

/**
 * The signals of a search with their weights: round numbers, found on conversations and documents. What each of them
 * earns is measured by `npm run bench -- recall`; docs/concepts/search.md tells what each one sees.
 */
export const SIGNALS = {
  /** A page says itself what it is about; a turn leaves it to its neighbours. */
  passage: { kind: 'lexical', weight: { turn: 0.1, page: 0.8 }, scale: 'best', read: passage },
  /** The passage with its neighbours: a turn answers what the one before asks, in other words. */
  neighbourhood: { kind: 'lexical', weight: 0.5, scale: 'best', read: neighbourhood },
  /** The whole session or document tells which subject this is about. */
  document: { kind: 'lexical', weight: { turn: 0.2, page: 0.5 }, scale: 'best', read: document },
  /** Words next to each other as in the question: weak in talk, good in documents and code. */
  pairs: { kind: 'lexical', weight: { turn: 0.1, page: 0.2 }, scale: 'best', read: pairs },
  /** Whom a question is about mostly said it. */
  speaker: { kind: 'position', weight: 0.3, scale: 'share', read: speaker },
  /** The answer to a question that asks the same is nearly as good as the answer itself; pages seldom are one. */
  reply: { kind: 'position', weight: { turn: 0.6, page: 0.2 }, scale: 'best', read: reply },
  /** Who asks does not answer. */
  asks: { kind: 'position', weight: -0.5, scale: 'share', read: asks },
  /** A date that the question names and the moment something was said leave little room for chance. */
  date: { kind: 'position', weight: 1.8, scale: 'share', read: date },
  /** "When" is answered by a time. */
  time: { kind: 'position', weight: 0.5, scale: 'share', read: time },
  /**
   * The vector of the passage. One that sees sentences tells about twice as much as one that sees words, which the signals
   * word by word see as well; of pages, where those are weakest, three times as much.
   */
  meaning: {
    kind: 'vector',
    weight: 0.5,
    weightOfSentences: { turn: 0.9, page: 1.6 },
    scale: 'range',
    read: meaning,
  },
  /** The same with its neighbours. */
  surroundings: { kind: 'vector', weight: 0.4, weightOfSentences: 1, scale: 'range', read: surroundings },
  /** Word by word, other words of the same meaning. */
  near_words: { kind: 'vector', weight: { turn: 0.2, page: 0.4 }, scale: 'best', isDear: true, read: nearWords },
  /** The same with its neighbours: the strongest of all signals in talk. */
  near_words_around: {
    kind: 'vector',
    weight: { turn: 1.2, page: 0.4 },
    weightOfSentences: { turn: 0.9, page: 0.4 },
    scale: 'best',
    isDear: true,
    read: nearWordsAround,
  },
  /** The answer to a question that asks the same in other words. */
  near_reply: { kind: 'vector', weight: 0.2, scale: 'best', isDear: true, read: nearReply },
  /** Links and lineage: rarely decisive, and all there is for what was linked by hand. */
  graph: {
    kind: 'graph',
    weight: 0.2,
    scale: 'share',
    read: ({ pool }) => pool.entries.map(({ passage: { candidate } }) => candidate.signals.graph),
  },
} as const satisfies Record<SignalName, Signal>

export const SIGNAL_NAMES = Object.keys(SIGNALS) as readonly SignalName[]

/** The weight of a signal for passages as long as these, and for what vectors see of them. */
export function weightAt({ weight, weightOfSentences = weight }: Signal, { pool, sees }: View): number {
  const given = sees === 'words' ? weight : weightOfSentences
  return typeof given === 'number' ? given : between(given, pool.pageLikeness)
}

/** What lies so far between the two: the first at 0, the second at 1. */
export const between = ({ turn, page }: Weights, pageLikeness: number): number => turn + (page - turn) * pageLikeness
