/** Usual values. @see S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009 */
const K1 = 1.2
const B = 0.75

/** The words of a text: runs of letters, marks and digits, without regard to case. Nothing else in it means anything. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []

/**
 * The score of each document for a query, by its position; only those that hold at least one of the words. The documents
 * given are the whole collection: frequencies are counted among them.
 */
export function bm25(query: string, documents: readonly string[]): Map<number, number> {
  const counted = documents.map(countWords)
  const meanLength = counted.reduce((sum, { length }) => sum + length, 0) / counted.length
  const scores = new Map<number, number>()
  for (const word of new Set(wordsOf(query))) {
    const holders = counted
      .entries()
      .filter(([, { counts }]) => counts.has(word))
      .toArray()
    const rarity = Math.log(1 + (counted.length - holders.length + 0.5) / (holders.length + 0.5))
    for (const [position, { counts, length }] of holders) {
      const frequency = counts.get(word)!
      const damped = (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * length) / meanLength))
      scores.set(position, (scores.get(position) ?? 0) + rarity * damped)
    }
  }
  return scores
}

function countWords(text: string): { readonly counts: ReadonlyMap<string, number>; readonly length: number } {
  const words = wordsOf(text)
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return { counts, length: words.length }
}
