import { type Corpus, FILTER_NAMES, FILTERS, type FilterName } from './corpus.ts'

export const TOP = 10

/** The ten nearest documents of a question under each filter, by brute force in double precision. */
export type Truth = Readonly<Record<FilterName, readonly (readonly number[])[]>>

/** Answers for the first `count` questions. */
export function findTruth({ documents, questions }: Corpus, count: number): Truth {
  const truth = Object.fromEntries(FILTER_NAMES.map((name) => [name, [] as number[][]])) as Record<
    FilterName,
    number[][]
  >
  for (const { vector } of questions.slice(0, count)) {
    const scores = Float64Array.from(documents, (document) => dot(vector, document.vector))
    for (const name of FILTER_NAMES) {
      truth[name].push(best(scores, (at) => FILTERS[name].passes(documents[at]!)))
    }
  }
  return truth
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!
  return sum
}

function best(scores: Float64Array, passes: (at: number) => boolean): number[] {
  const top: number[] = []
  for (let at = 0; at < scores.length; at++) {
    if (top.length === TOP && scores[at]! <= scores[top.at(-1)!]!) continue
    if (!passes(at)) continue
    const place = top.findIndex((other) => scores[at]! > scores[other]!)
    top.splice(place === -1 ? top.length : place, 0, at)
    if (top.length > TOP) top.pop()
  }
  return top
}

/** The share of the true ones that were found. */
export function recall(found: readonly (readonly number[])[], truth: readonly (readonly number[])[]): number {
  let hits = 0
  let wanted = 0
  for (const [at, true10] of truth.entries()) {
    const got = new Set(found[at] ?? [])
    hits += true10.filter((document) => got.has(document)).length
    wanted += true10.length
  }
  return wanted === 0 ? 1 : hits / wanted
}
