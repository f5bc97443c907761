import { weighTerms } from './term-stream.ts'

export interface TailDocument {
  readonly version: number
  readonly capsule: number
  readonly length: number
  readonly stream: Uint8Array
}

/** Changes that no segment has taken up, of one half of the index, in one reader's memory. */
export class Tail {
  readonly versions: number[] = []
  readonly capsules: number[] = []
  readonly lengths: number[] = []
  /** For each term the documents that hold it and what it weighs there, by turns. */
  readonly #postings = new Map<number, number[]>()
  readonly #ordinals = new Map<number, number>()
  readonly #net = new Map<number, number>()
  readonly #weights = new Map<number, number>()
  netDocuments = 0
  netLength = 0

  enter({ version, capsule, length, stream }: TailDocument): void {
    const ordinal = this.versions.push(version) - 1
    this.capsules.push(capsule)
    this.lengths.push(length)
    this.#ordinals.set(version, ordinal)
    this.#count(stream, length, 1)
    for (const [term, weight] of this.#weights) {
      const postings = this.#postings.get(term)
      if (postings) postings.push(ordinal, weight)
      else this.#postings.set(term, [ordinal, weight])
    }
  }

  /** Takes a version out of the counts, and out of the documents if it is one of them: tells whether it was. */
  leave({ version, length, stream }: TailDocument): boolean {
    this.#count(stream, length, -1)
    return this.#ordinals.delete(version)
  }

  isDead(ordinal: number): boolean {
    return this.#ordinals.get(this.versions[ordinal]!) !== ordinal
  }

  /** Documents that hold the term, less those that left. */
  net(term: number): number {
    return this.#net.get(term) ?? 0
  }

  postings(term: number): readonly number[] {
    return this.#postings.get(term) ?? []
  }

  #count(stream: Uint8Array, length: number, sign: 1 | -1): void {
    this.netDocuments += sign
    this.netLength += sign * length
    weighTerms(stream, this.#weights)
    for (const term of this.#weights.keys()) this.#net.set(term, (this.#net.get(term) ?? 0) + sign)
  }
}
