/** Reading what somebody else's program wrote: each value is what it should be, or undefined. */

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const toObject = (value: unknown): JsonObject => (isObject(value) ? value : {})

export const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const toText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined

/** The last millisecond that RFC 3339 has words for. */
const TIME_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

const toMoment = (ms: number): number | undefined => (ms >= 0 && ms <= TIME_MAX ? Math.trunc(ms) : undefined)

/** Seconds since 1970, or a time in ISO 8601, as milliseconds since 1970. */
export function toTime(value: unknown): number | undefined {
  if (typeof value === 'number') return toMoment(value * 1000)
  return typeof value === 'string' ? toMoment(Date.parse(value)) : undefined
}
