/** Words of a made-up language by rank, and topics that prefer a hundred of the rarer ones each. */
const VOCABULARY = 60_000
const TOPIC_WORDS = 100
/** Ranks below this belong to no topic. */
const COMMON_RANKS = 1000
const TOPIC_SHARE = 0.33
export const TOPICS = 400

/** Running text in which words are as frequent as Zipf's law has it: what the store and its index are measured with. */
export class ZipfLanguage {
  readonly #random: () => number
  readonly #words = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank))
  readonly #ranks = new Map(this.#words.map((word, rank) => [word, rank]))
  readonly #cumulative = cumulate(VOCABULARY)

  constructor(random: () => number) {
    this.#random = random
  }

  /** `length` words, a third of them the topic's. */
  write(topic: number, length: number): string {
    return Array.from({ length }, () => this.#draw(topic)).join(' ')
  }

  /** The word of a rank; 0 is the commonest. */
  word(rank: number): string {
    return this.#words[rank]!
  }

  /** The rarest words of a text, rarest first. */
  rarest(text: string, count: number): string {
    const byRank = (left: string, right: string): number => this.#ranks.get(right)! - this.#ranks.get(left)!
    return text.split(' ').sort(byRank).slice(0, count).join(' ')
  }

  #draw(topic: number): string {
    const random = this.#random
    if (random() < TOPIC_SHARE)
      return this.#words[COMMON_RANKS + topic * TOPIC_WORDS + Math.floor(random() ** 2 * TOPIC_WORDS)]!
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
    sum += 1 / (rank + 3)
    return sum
  })
}

function wordOf(rank: number): string {
  let [text, rest] = ['', rank * 7919 + 13]
  for (let letter = 0; letter < 3 + (rank % 6); letter++) {
    text += String.fromCharCode(97 + (rest % 26))
    rest = Math.floor(rest / 26) + rank * 31
  }
  return `${text}${rank.toString(36)}`
}
