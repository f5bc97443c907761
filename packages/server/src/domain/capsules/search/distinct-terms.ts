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
  const sizes = texts.map((fields) => fields.reduce((sum, field) => sum + Math.min(length, field.length), 0))
  const size = sizes.reduce((sum, each) => sum + each, 0)
  const numbers = new Uint32Array(size)
  const all = new Uint32Array(size)
  let [end, known] = [0, 0]
  const found = texts.map((fields) => {
    const from = end
    for (const field of fields) {
      const stop = Math.min(length, field.length)
      for (let at = 0; at < stop; at++) {
        const number = field[at]!
        if (number < TERM_MIN) continue
        if (number >= places.length) places = widened(places, number)
        let place = places[number]!
        if (place === 0) {
          numbers[known++] = number
          place = known
          places[number] = place
        }
        all[end++] = place - 1
      }
    }
    return all.subarray(from, end)
  })
  for (let at = 0; at < known; at++) places[numbers[at]!] = 0
  return { numbers: numbers.subarray(0, known), texts: found }
}

function widened(narrow: Uint32Array, number: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(Math.max(number + 1, narrow.length * 2))
  wide.set(narrow)
  return wide
}
