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
  const sorted = inOrder(value, 0)
  return sorted === ODD ? write(value, 0) : JSON.stringify(sorted)
}

const DEPTH_MAX = 200

/** Stands for what no copy can have in order. */
const ODD = Symbol('odd')

/** Names that an object lists first, as numbers, and the one that is no member of a copy. */
const ODD_NAME = /^(?:0|[1-9]\d{0,9}|__proto__)$/

/**
 * A copy whose members stand in the order in which they are written: one call writes all of it then, in less than half the time.
 * `ODD` where an object has a name that does not stay where it is put.
 */
function inOrder(value: unknown, depth: number): unknown {
  if (depth > DEPTH_MAX) throw tooDeep()
  if (typeof value === 'string') return requireWellFormed(value)
  if (typeof value === 'number') return requireFinite(value)
  if (value === null || typeof value === 'boolean') return value
  if (Array.isArray(value)) return arrayInOrder(value, depth)
  if (isPlainObject(value)) return objectInOrder(value, depth)
  throw noJson(value)
}

/** Most objects are small and in order already. */
function sortedNames(value: object): readonly string[] {
  const names = Object.keys(value)
  for (let at = 1; at < names.length; at++) if (names[at - 1]! > names[at]!) return names.sort()
  return names
}

function arrayInOrder(value: readonly unknown[], depth: number): unknown {
  const copy: unknown[] = []
  // By index: holes are passed over by whatever lists the entries.
  for (let index = 0; index < value.length; index++) {
    const item = inOrder(value[index] ?? null, depth + 1)
    if (item === ODD) return ODD
    copy.push(item)
  }
  return copy
}

function objectInOrder(value: Record<string, unknown>, depth: number): unknown {
  const copy: Record<string, unknown> = {}
  for (const name of sortedNames(value)) {
    const given = value[name]
    if (given === undefined) continue
    // Few names begin as an odd one does, and a look at one letter costs nothing.
    const first = name.charCodeAt(0)
    if ((first < 58 || first === 95) && ODD_NAME.test(name)) return ODD
    const member = inOrder(given, depth + 1)
    if (member === ODD) return ODD
    copy[requireWellFormed(name)] = member
  }
  return copy
}

function write(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw tooDeep()
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return JSON.stringify(requireFinite(value))
  if (typeof value === 'string') return JSON.stringify(requireWellFormed(value))
  if (Array.isArray(value)) return writeArray(value, depth)
  if (isPlainObject(value)) return writeObject(value, depth)
  throw noJson(value)
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
    text += `${text.length > 1 ? ',' : ''}${JSON.stringify(requireWellFormed(key))}:${write(value[key], depth + 1)}`
  }
  return `${text}}`
}

function requireFinite(value: number): number {
  if (!Number.isFinite(value)) throw cannot(String(value))
  return value
}

function requireWellFormed(value: string): string {
  if (!value.isWellFormed()) throw cannot('a string with a lone surrogate')
  return value
}

const tooDeep = (): CascadeError => cannot(`nesting beyond ${DEPTH_MAX} levels`)
const noJson = (value: unknown): CascadeError =>
  cannot(typeof value === 'object' ? 'an object of a class' : typeof value)

const cannot = (what: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `canonical JSON (RFC 8785) cannot hold ${what}`)
