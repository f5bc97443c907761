import { setImmediate as nextTurn } from 'node:timers/promises'

/** Items that are worked through before others have their turn: about a millisecond. */
export const SLICE_ITEMS = 1000

/** Maps a list that may be long, and lets other requests have their turn after every slice. */
export async function mapInSlices<T, U>(items: readonly T[], map: (item: T) => U): Promise<U[]> {
  const mapped: U[] = []
  for (const slice of slicesOf(items)) {
    if (mapped.length > 0) await nextTurn()
    for (const item of slice) mapped.push(map(item))
  }
  return mapped
}

/** The JSON of an answer: at once, except for an object with a long list, where others have their turn in between. */
export function toJson(body: unknown): string | Promise<Uint8Array> {
  return isPlain(body) && Object.values(body).some(isLong) ? toJsonInSlices(body) : JSON.stringify(body)
}

async function toJsonInSlices(body: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let before = '{'
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue
    before += `${JSON.stringify(name)}:`
    if (isLong(value)) {
      for (const [at, slice] of slicesOf(value).entries()) {
        await nextTurn()
        parts.push(Buffer.from(`${at === 0 ? `${before}[` : ','}${JSON.stringify(slice).slice(1, -1)}`))
      }
      before = '],'
    } else before += `${JSON.stringify(value)},`
  }
  parts.push(Buffer.from(`${before.slice(0, -1)}}`))
  return Buffer.concat(parts)
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.getPrototypeOf(value) === Object.prototype &&
  !('toJSON' in value)

const isLong = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > SLICE_ITEMS

const slicesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / SLICE_ITEMS) }, (_, slice) =>
    items.slice(slice * SLICE_ITEMS, (slice + 1) * SLICE_ITEMS),
  )
