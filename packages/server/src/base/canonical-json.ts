import { CascadeError } from './error.ts'

/**
 * The one spelling of a JSON value: members sorted by UTF-16 code units, no white space, numbers and strings as
 * ECMAScript writes them. Two parties that agree on the value agree on the bytes, and so on the digest.
 *
 * As in `JSON.stringify` a member that is undefined is left out, and an undefined or missing entry of an array is null.
 *
 * @throws CascadeError UNPROCESSABLE for what JSON cannot say exactly: NaN, infinities, bigint, functions, symbols, lone
 * surrogates, objects of a class (a Date or a Map has no members to show), nesting beyond 200 levels (so every cycle).
 * @see RFC 8785
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

const DEPTH_MAX = 200

function write(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw cannot(`nesting beyond ${DEPTH_MAX} levels`)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value === 'string') return writeString(value)
  if (Array.isArray(value)) return writeArray(value, depth)
  if (isPlainObject(value)) return writeObject(value, depth)
  throw cannot(typeof value === 'object' ? 'an object of a class' : typeof value)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** `Array.from` gives the holes of a sparse array a value, which `map` would pass over. */
const writeArray = (value: readonly unknown[], depth: number): string =>
  `[${Array.from(value, (item) => write(item ?? null, depth + 1)).join(',')}]`

function writeObject(value: Record<string, unknown>, depth: number): string {
  let text = '{'
  for (const key of Object.keys(value).sort()) {
    if (value[key] === undefined) continue
    text += `${text.length > 1 ? ',' : ''}${writeString(key)}:${write(value[key], depth + 1)}`
  }
  return `${text}}`
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw cannot(String(value))
  return JSON.stringify(value)
}

function writeString(value: string): string {
  if (!value.isWellFormed()) throw cannot('a string with a lone surrogate')
  return JSON.stringify(value)
}

const cannot = (what: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `canonical JSON (RFC 8785) cannot hold ${what}`)
