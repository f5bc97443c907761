import { sentences } from './sentences.ts'
import { lineStarts, rangesBetween, softCut, type TextRange, weigh } from './text-range.ts'

/** A part of a document that stays whole if it can. */
export interface Block extends TextRange {
  /** True for code, tables and markup, which are cut between lines and never at a sentence. */
  readonly literal: boolean
}

export interface SplitLimits {
  /** Words that a piece is filled up to. */
  readonly target: number
  /** Words that no piece exceeds, save by less than one uncut unit of the smallest kind. */
  readonly max: number
}

type Cut = (text: string, range: TextRange) => readonly number[]

/** Where to cut, from the kindest place to the last resort. */
const CUTS: Readonly<Record<'prose' | 'literal', readonly Cut[]>> = {
  prose: [paragraphCuts, sentenceCuts, characterCuts],
  literal: [paragraphCuts, lineCuts, characterCuts],
}

/** Pieces of at most `max` words that tile the blocks, each filled up to `target` in the order of the text. */
export function splitBlocks(text: string, blocks: readonly Block[], limits: SplitLimits): TextRange[] {
  const pieces = blocks.flatMap((block) => splitRange(text, block, CUTS[block.literal ? 'literal' : 'prose'], limits))
  return pack(text, pieces, limits)
}

function splitRange(text: string, range: TextRange, cuts: readonly Cut[], limits: SplitLimits): TextRange[] {
  const [cut, ...finer] = cuts
  if (!cut || weigh(text, range) <= limits.max) return [range]
  const parts = rangesBetween([range.start, ...cut(text, range)], range)
  const pieces = parts.flatMap((part) => splitRange(text, part, finer, limits))
  // Sentences that were cut out of a long paragraph go together again, up to the target.
  return pack(text, pieces, limits)
}

/** A piece below this many words, such as a heading above a long table, goes with what follows. */
const LONE_WORDS = 30

/** Joins neighbours as long as their sum stays within the target, or within the maximum rather than leave one alone. */
function pack(text: string, pieces: readonly TextRange[], { target, max }: SplitLimits): TextRange[] {
  const packed: { start: number; end: number; weight: number }[] = []
  for (const { start, end } of pieces) {
    const weight = weigh(text, { start, end })
    const last = packed.at(-1)
    if (last && last.weight + weight <= (last.weight < LONE_WORDS ? max : target)) {
      last.end = end
      last.weight += weight
    } else {
      packed.push({ start, end, weight })
    }
  }
  return packed.map(({ start, end }) => ({ start, end }))
}

const isInside = (offset: number, { start, end }: TextRange): boolean => offset > start && offset < end

/** After blank lines. */
function paragraphCuts(text: string, range: TextRange): number[] {
  const cuts: number[] = []
  for (const { 0: gap, index } of text
    .slice(range.start, range.end)
    .matchAll(/(?:\r\n|\n)[ \t]*(?:\r\n|\n)\s*?(?=\S|$)/g)) {
    cuts.push(range.start + index + gap.length)
  }
  return cuts.filter((offset) => isInside(offset, range))
}

function sentenceCuts(text: string, range: TextRange): number[] {
  const part = text.slice(range.start, range.end)
  return sentences(part)
    .map(({ start }) => range.start + start)
    .filter((offset) => isInside(offset, range))
}

function lineCuts(text: string, range: TextRange): number[] {
  return lineStarts(text.slice(range.start, range.end))
    .map((start) => range.start + start)
    .filter((offset) => isInside(offset, range))
}

/** A run without any seam: cut at white space if it comes soon enough, else between two characters. */
const RUN_CHARS = 1_000

function characterCuts(text: string, range: TextRange): number[] {
  const cuts: number[] = []
  let from = range.start
  while (range.end - from > RUN_CHARS) {
    from = softCut(text, from, RUN_CHARS)
    cuts.push(from)
  }
  return cuts.filter((offset) => isInside(offset, range))
}
