import { CascadeError } from '#base'

/** One field that differs, by its JSON pointer (RFC 6901); the empty pointer is the whole value. */
export type FieldChange =
  | { readonly path: string; readonly op: 'add'; readonly to: unknown }
  | { readonly path: string; readonly op: 'remove'; readonly from: unknown }
  | { readonly path: string; readonly op: 'replace'; readonly from: unknown; readonly to: unknown }

/** As deep as canonical JSON goes: nothing deeper is stored. */
const DEPTH_MAX = 200

/**
 * What differs between two JSON values, fields in alphabetical order. Objects are compared field by field; arrays and
 * scalars are replaced whole, so that a list of tags reads as the two lists and not as a puzzle of positions. A field
 * that is `undefined` counts as absent, as in JSON.
 *
 * @throws CascadeError UNPROCESSABLE for nesting beyond 200 levels.
 */
export function diffFields(before: unknown, after: unknown): FieldChange[] {
  const changes: FieldChange[] = []
  compare(before, after, '', 0, changes)
  return changes
}

function compare(from: unknown, to: unknown, path: string, depth: number, changes: FieldChange[]): void {
  checkDepth(depth)
  if (isRecord(from) && isRecord(to)) {
    for (const key of fieldsOf(from, to)) {
      compare(fieldOf(from, key), fieldOf(to, key), `${path}/${escapePointer(key)}`, depth + 1, changes)
    }
  } else if (!isEqual(from, to, depth)) {
    changes.push(toChange(from, to, path))
  }
}

function toChange(from: unknown, to: unknown, path: string): FieldChange {
  if (from === undefined) return { path, op: 'add', to }
  if (to === undefined) return { path, op: 'remove', from }
  return { path, op: 'replace', from, to }
}

function isEqual(a: unknown, b: unknown, depth: number): boolean {
  checkDepth(depth)
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index], depth + 1))
  }
  if (isRecord(a) && isRecord(b)) {
    return fieldsOf(a, b).every((key) => isEqual(fieldOf(a, key), fieldOf(b, key), depth + 1))
  }
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

function checkDepth(depth: number): void {
  if (depth > DEPTH_MAX) {
    throw new CascadeError('UNPROCESSABLE', `expected fields of at most ${DEPTH_MAX} levels, got a deeper value`)
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldsOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()

/** Own fields only: a field called `constructor` or `__proto__` is data like any other. */
const fieldOf = (record: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(record, key) ? record[key] : undefined

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')
