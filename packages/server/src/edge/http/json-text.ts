import { isUtf8 } from 'node:buffer'
import { CascadeError, messageOf } from '#base'
import { join } from '../json-pointer.ts'

/** Deeper nesting serves nobody and would exhaust the stack of what reads it. */
export const JSON_DEPTH_MAX = 64
const MESSAGE_LENGTH_MAX = 200

/**
 * Parses JSON that a stranger wrote.
 *
 * @throws CascadeError MALFORMED_JSON for bytes that are no UTF-8 or text that is no JSON; VALIDATION_FAILED for what
 * JSON allows and we do not: a member `__proto__`, a lone surrogate, nesting beyond 64 levels.
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new CascadeError('MALFORMED_JSON', 'The bytes are not UTF-8.')
  const value = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  inspect(value)
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (cause) {
    throw new CascadeError('MALFORMED_JSON', `${messageOf(cause).slice(0, MESSAGE_LENGTH_MAX)}.`, { cause })
  }
}

interface Place {
  readonly value: object
  readonly depth: number
  readonly pointer: string
}

/** Walks without recursion: the depth is what is being checked. */
function inspect(root: unknown): void {
  if (typeof root === 'string') checkText(root, '')
  if (!isObject(root)) return
  const open: Place[] = [{ value: root, depth: 1, pointer: '' }]
  for (let place = open.pop(); place; place = open.pop()) {
    if (place.depth > JSON_DEPTH_MAX) throw refuse(place.pointer, 'too_deep', `at most ${JSON_DEPTH_MAX} levels deep`)
    inspectMembers(place, open)
  }
}

function inspectMembers({ value, depth, pointer }: Place, open: Place[]): void {
  const inspectMember = (key: string | number, member: unknown): void => {
    if (typeof member === 'string') checkText(member, pointer, key)
    else if (isObject(member)) open.push({ value: member, depth: depth + 1, pointer: join(pointer, key) })
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) inspectMember(index, item)
    return
  }
  for (const [key, member] of Object.entries(value)) {
    checkKey(key, pointer)
    inspectMember(key, member)
  }
}

function checkKey(key: string, pointer: string): void {
  if (key === '__proto__') throw refuse(join(pointer, key), 'reserved', 'the name __proto__ is not taken')
  checkText(key, pointer)
}

function checkText(text: string, pointer: string, key?: string | number): void {
  if (text.isWellFormed()) return
  const at = key === undefined ? pointer : join(pointer, key)
  throw refuse(at, 'ill_formed', 'holds a lone surrogate, which UTF-8 cannot carry')
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const POINTER_LENGTH_MAX = 300

const refuse = (pointer: string, code: string, message: string): CascadeError =>
  new CascadeError('VALIDATION_FAILED', `The body cannot be taken: ${message}.`, {
    errors: [{ pointer: pointer.slice(0, POINTER_LENGTH_MAX).toWellFormed(), code, message }],
  })
