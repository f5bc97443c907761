import { createRandom } from './random.ts'

/** Words of the language, words that each topic prefers, and the share of a document's words that are its topic's. */
const VOCABULARY = 60_000
const TOPIC_WORDS = 100
const TOPIC_SHARE = 1 / 3
/** Ranks below this are the words that any text is full of. */
const COMMON_RANKS = 100
/** Flattens the head of Zipf's law a little, so that the commonest word is in most texts and not in all. */
const ZIPF_OFFSET = 3
const SYLLABLES = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'le', 'mi', 'no', 'pu', 'ra', 'se', 'ti', 'vo', 'wu', 'za']

/** A made-up language: words by rank, drawn by Zipf's law, and topics that prefer some of the rarer ones. */
export class Language {
  readonly #words = Array.from({ length: VOCABULARY }, (_, rank) => spell(rank))
  readonly #ranks = new Map(this.#words.map((word, rank) => [word, rank]))
  readonly #cumulative = cumulate(VOCABULARY)

  /** `length` words about a topic, as running text. */
  write(random: () => number, topic: number, length: number): string {
    const words = Array.from({ length }, () =>
      random() < TOPIC_SHARE ? this.#ofTopic(random, topic) : this.#any(random),
    )
    return words.join(' ')
  }

  /** False for the words that a person leaves out of a short query. */
  isTelling(word: string): boolean {
    return (this.#ranks.get(word) ?? 0) >= COMMON_RANKS
  }

  #ofTopic(random: () => number, topic: number): string {
    const first = createRandom(topic + 1)
    const base = COMMON_RANKS * 10 + Math.floor(first() * (VOCABULARY / 2))
    return this.#words[base + Math.floor(random() ** 2 * TOPIC_WORDS)]!
  }

  #any(random: () => number): string {
    const wanted = random() * this.#cumulative.at(-1)!
    let [low, high] = [0, this.#cumulative.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#cumulative[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return this.#words[low]!
  }
}

function cumulate(size: number): Float64Array {
  let sum = 0
  return Float64Array.from({ length: size }, (_, rank) => {
    sum += 1 / (rank + ZIPF_OFFSET)
    return sum
  })
}

/** Short words for low ranks, as languages have it; each rank has its own. */
function spell(rank: number): string {
  let word = ''
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[(rest + word.length * 5) % SYLLABLES.length]
  }
  return `${word}${String.fromCharCode(98 + (rank % 20))}`
}
