/**
 * BM25 over fields: a word counts as often as it stands there times the weight of its field, and the length of a text is
 * the sum of what its words count.
 *
 * @see S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, for the usual values.
 */
const K1 = 1.2
const B = 0.75

/** What a word counts in the title, the tags and the content. */
export const FIELD_WEIGHTS = { title: 3, tags: 2, content: 1 } as const

/** How much a word says that `holders` of `documents` texts hold. */
export const rarity = (documents: number, holders: number): number =>
  Math.log(1 + (documents - holders + 0.5) / (holders + 0.5))

/** What a word of this rarity adds for a text at most. */
export const mostOf = (rarity: number): number => rarity * (K1 + 1)

/** What takes the length of a text into account, to be given to `share`. */
export const damping = (length: number, meanLength: number): number => K1 * (1 - B + (B * length) / meanLength)

/** Which part of the most a word gives a text that holds it with this weight: grows with it, falls with the damping. */
export const share = (weight: number, damping: number): number => weight / (weight + damping)

/** The mean length of texts, at least 1, so that texts without words divide nothing by zero. */
export const meanLengthOf = (length: number, documents: number): number =>
  documents > 0 && length > 0 ? length / documents : 1
