import { normalize } from '../../domain/capsules/embedding/vectors/index.ts'
import { isStopWord, terms } from '../../domain/capsules/text/words/index.ts'

export const HASHED_DIMENSIONS = 384

/** What each kind of feature adds for one occurrence. Stop words only tell apart texts that have nothing else. */
const WEIGHT = { word: 1, pair: 0.2, grams: 1.2, stopWord: 0.1 } as const
/** Lengths of the runs of characters taken from each word, with a mark at its two ends. */
const GRAM_LENGTHS = [3, 4, 5] as const
/** A text is embedded by its beginning; 40,000 words say what it is about. */
export const CHARACTERS_MAX = 262_144

/**
 * A vector of length 1 from the words of a text: stemmed words, pairs of neighbouring words and runs of three to five
 * characters within words, each added to one of 384 places with a sign, both chosen by a hash. The count of a feature
 * counts by its logarithm; long words weigh more than short ones, which stands in for their rarity.
 *
 * @returns the vector of zeros for a text of white space only.
 * @see Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009
 */
export function hashedFeatures(text: string): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(HASHED_DIMENSIONS)
  const plain = text.slice(0, CHARACTERS_MAX).toWellFormed()
  const words = terms(plain, { stopWords: true })
  if (words.length === 0) addSymbols(plain.trim(), vector)
  for (const [word, count] of counted(words)) addWord(word, 1 + Math.log(count), vector)
  for (const [pair, count] of counted(pairsOf(words)))
    add(hash(pair, PAIR_SEED), WEIGHT.pair * (1 + Math.log(count)), vector)
  normalize(vector)
  return vector
}

function addWord(word: string, frequency: number, vector: Float32Array): void {
  const isStop = isStopWord(word)
  const weight = isStop ? WEIGHT.stopWord * frequency : rarity(word) * frequency
  add(hash(word, WORD_SEED), WEIGHT.word * weight, vector)
  if (!isStop) addGrams(word, WEIGHT.grams * weight, vector)
}

/** From 0.6 for one letter to 1.3 from eleven on. */
const rarity = (word: string): number => Math.min(1.3, 0.53 + 0.07 * word.length)

/** The runs of one word share its weight, so that a long word does not drown the others. */
function addGrams(word: string, weight: number, vector: Float32Array): void {
  const marked = `<${word}>`
  let count = 0
  for (const length of GRAM_LENGTHS) count += Math.max(0, marked.length - length + 1)
  const each = weight / Math.sqrt(count)
  for (const length of GRAM_LENGTHS) {
    for (let start = 0; start + length <= marked.length; start++) {
      add(hashRange(marked, start, start + length, GRAM_SEED), each, vector)
    }
  }
}

/** Neighbours among the words that are no stop words. */
function pairsOf(words: readonly string[]): string[] {
  const content = words.filter((word) => !isStopWord(word))
  return content.slice(1).map((word, index) => `${content[index]} ${word}`)
}

/** A text without a single letter or digit: emoji, punctuation. */
function addSymbols(symbols: string, vector: Float32Array): void {
  for (const [symbol, count] of counted([...symbols])) add(hash(symbol, SYMBOL_SEED), 1 + Math.log(count), vector)
}

function counted(features: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const feature of features) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  return counts
}

/** The upper bits choose the place (by multiplication, without the bias of a remainder), the lowest the sign. */
function add(code: number, weight: number, vector: Float32Array): void {
  vector[Math.floor((code * HASHED_DIMENSIONS) / 2 ** 32)]! += code & 1 ? weight : -weight
}

const [WORD_SEED, PAIR_SEED, GRAM_SEED, SYMBOL_SEED] = [0x811c9dc5, 0x01b3c6ef, 0x2545f491, 0x6c078965] as const

const hash = (text: string, seed: number): number => hashRange(text, 0, text.length, seed)

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3; 32 bits, unsigned. */
function hashRange(text: string, start: number, end: number, seed: number): number {
  let code: number = seed
  for (let index = start; index < end; index++) code = Math.imul(code ^ text.charCodeAt(index), 0x01000193)
  code = Math.imul(code ^ (code >>> 16), 0x85ebca6b)
  code = Math.imul(code ^ (code >>> 13), 0xc2b2ae35)
  return (code ^ (code >>> 16)) >>> 0
}
