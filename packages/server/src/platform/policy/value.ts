import { BeyondCompiled, EvaluationError } from './evaluation-error.ts'
import type { UidJson } from './policy-json.ts'

/** Integers of 64 bits: a number where a double holds it exactly, else a bigint; so equal ones are `===`. */
export type Long = number | bigint
export type Value = boolean | string | Long | EntityRef | ValueSet | ValueRecord | ExtensionValue

/** An entity by its name, whether anything is known of it or not. */
export class EntityRef {
  readonly type: string
  readonly id: string
  /** No type holds a quote, so no two entities share a key. */
  readonly key: string

  constructor({ type, id }: UidJson) {
    this.type = type
    this.id = id
    this.key = entityKey(type, id)
  }
}

export const entityKey = (type: string, id: string): string => `${type}"${id}`

/** An ip address, decimal, time or duration, about which the compiled path knows nothing. */
export class ExtensionValue {}

export class ValueRecord {
  readonly members: ReadonlyMap<string, Value>

  constructor(members: ReadonlyMap<string, Value>) {
    this.members = members
  }
}

export class ValueSet {
  readonly elements: readonly Value[]
  #simple: ReadonlySet<unknown> | undefined

  constructor(elements: readonly Value[]) {
    this.elements = elements
  }

  has(value: Value): boolean {
    if (typeof value === 'object' && !(value instanceof EntityRef))
      return this.elements.some((each) => equal(each, value))
    this.#simple ??= new Set(this.elements.map(simpleOf))
    return this.#simple.has(simpleOf(value))
  }

  hasAll(other: ValueSet): boolean {
    return other.elements.every((each) => this.has(each))
  }

  hasAny(other: ValueSet): boolean {
    return other.elements.some((each) => this.has(each))
  }
}

/** What stands for a value in a `Set`: the same for equal ones; a string never stands for an entity. */
const simpleOf = (value: Value): unknown => {
  if (value instanceof EntityRef) return `e${value.key}`
  return typeof value === 'string' ? `s${value}` : value
}

/**
 * Whether two values are the same; values of different types are not.
 *
 * @throws BeyondCompiled for two values of extension types, which have several spellings.
 */
export function equal(one: Value, other: Value): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object') return false
  if (one instanceof EntityRef) return other instanceof EntityRef && one.key === other.key
  if (one instanceof ValueSet) return other instanceof ValueSet && one.hasAll(other) && other.hasAll(one)
  if (one instanceof ValueRecord) return other instanceof ValueRecord && equalRecords(one, other)
  if (other instanceof ExtensionValue) throw new BeyondCompiled('values of an extension type are compared')
  return false
}

function equalRecords({ members }: ValueRecord, other: ValueRecord): boolean {
  if (members.size !== other.members.size) return false
  for (const [name, value] of members) {
    const its = other.members.get(name)
    if (its === undefined || !equal(value, its)) return false
  }
  return true
}

const typeName = (value: Value): string => {
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'string') return 'a string'
  if (typeof value !== 'object') return 'an integer'
  if (value instanceof EntityRef) return `an entity of type ${value.type}`
  if (value instanceof ValueSet) return 'a set'
  return value instanceof ValueRecord ? 'a record' : 'a value of an extension type'
}

const mismatch = (expected: string, value: Value): EvaluationError =>
  new EvaluationError(`expected ${expected}, got ${typeName(value)}`)

export function asBoolean(value: Value): boolean {
  if (typeof value === 'boolean') return value
  throw mismatch('a boolean', value)
}

export function asLong(value: Value): Long {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  throw mismatch('an integer', value)
}

export function asString(value: Value): string {
  if (typeof value === 'string') return value
  throw mismatch('a string', value)
}

export function asEntity(value: Value): EntityRef {
  if (value instanceof EntityRef) return value
  throw mismatch('an entity', value)
}

export function asSet(value: Value): ValueSet {
  if (value instanceof ValueSet) return value
  throw mismatch('a set', value)
}

/** @throws EvaluationError always: neither a record nor an entity. */
export function failAttributes(value: Value): never {
  throw mismatch('a record or an entity', value)
}
