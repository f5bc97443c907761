import { setImmediate as nextTurn } from 'node:timers/promises'
import { WrittenList } from './written-list.ts'

/**
 * Items that are written before others have their turn: well below a millisecond, and less text than what V8 keeps apart as
 * a large object (128 KiB), which takes half as long again.
 */
export const SLICE_ITEMS = 250

/** The JSON of an answer: at once, except for an object with a long list, where others have their turn in between. */
export function toJson(body: unknown): string | Promise<Uint8Array> {
  return isPlain(body) && Object.values(body).some(isSliced) ? toJsonInSlices(body) : JSON.stringify(body)
}

async function toJsonInSlices(body: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (const piece of piecesOf(body)) {
    if (parts.length > 0) await nextTurn()
    parts.push(Buffer.from(piece))
  }
  return Buffer.concat(parts)
}

/** The JSON of an object in pieces, each with one whole slice of a list at most, and what remains of the list before. */
function* piecesOf(body: Readonly<Record<string, unknown>>): Generator<string> {
  let text = ''
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:`
    if (!isSliced(value)) {
      text += JSON.stringify(value)
      continue
    }
    text += '['
    for (let from = 0; from < value.length; from += SLICE_ITEMS) {
      text += writeSlice(value, from)
      if (from + SLICE_ITEMS >= value.length) break
      yield `${text},`
      text = ''
    }
    text += ']'
  }
  yield `${text}}`
}

const writeSlice = (list: readonly unknown[] | WrittenList<unknown>, from: number): string =>
  list instanceof WrittenList
    ? list.write(from, from + SLICE_ITEMS)
    : JSON.stringify(list.slice(from, from + SLICE_ITEMS)).slice(1, -1)

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('toJSON' in value)

const isSliced = (value: unknown): value is readonly unknown[] | WrittenList<unknown> =>
  value instanceof WrittenList || (Array.isArray(value) && value.length > SLICE_ITEMS)
