/** Digits that a double may not hold. */
const LONG_DIGITS = /\d{16}/

/** `JSON.parse`, with integers that a double cannot hold as bigints. @throws SyntaxError */
export function parseLossless(text: string): unknown {
  return LONG_DIGITS.test(text) ? JSON.parse(text, revive) : JSON.parse(text)
}

/** `JSON.stringify`, with bigints as their digits. */
export const stringifyLossless = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? rawJson(String(member)) : member))

/** Of the proposal "JSON.parse source text access", which Node 24 has and TypeScript does not declare. */
interface RawJson {
  rawJSON(text: string): unknown
}
const rawJson = (text: string): unknown => (JSON as JSON & RawJson).rawJSON(text)

function revive(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value)
  return isLong && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? '') : value
}
