import { TERM_MIN } from './ranking-source.ts'

/** The terms of some texts, each once, and every text as places among them. */
export interface DistinctTerms {
  readonly numbers: Uint32Array
  readonly texts: readonly Uint32Array[]
}

/** By number of a term its place and 1, all of them 0 between two calls: a map of numbers would take ten times as long. */
let places = new Uint32Array(0)

/** @param texts the fields of each; of a field as many numbers as `length` says are read, and marks are left out. */
export function distinctTerms(texts: readonly (readonly Uint32Array[])[], length: number): DistinctTerms {
  const numbers: number[] = []
  const found = texts.map((fields) => {
    const size = fields.reduce((sum, field) => sum + Math.min(length, field.length), 0)
    const text = new Uint32Array(size)
    let end = 0
    for (const field of fields) {
      for (let at = 0; at < field.length && at < length; at++) {
        const number = field[at]!
        if (number >= TERM_MIN) text[end++] = placeOf(number, numbers)
      }
    }
    return text.subarray(0, end)
  })
  for (const number of numbers) places[number] = 0
  return { numbers: Uint32Array.from(numbers), texts: found }
}

function placeOf(number: number, numbers: number[]): number {
  if (number >= places.length) {
    const wider = new Uint32Array(Math.max(number + 1, places.length * 2))
    wider.set(places)
    places = wider
  }
  const known = places[number]!
  if (known > 0) return known - 1
  numbers.push(number)
  places[number] = numbers.length
  return numbers.length - 1
}
