import { BeyondCompiled, InvalidRequest } from './evaluation-error.ts'
import { type Frame, type KnownEntities, KnownEntity, LayeredEntities } from './frame.ts'
import { isLong, normalLong } from './long.ts'
import type { UidJson } from './policy-json.ts'
import { type EntityJson, type PolicyRequest, REQUEST_ENTITIES_MAX, VALUE_LEVELS_MAX } from './policy-request.ts'
import { EntityRef, ExtensionValue, type Value, ValueRecord, ValueSet } from './value.ts'

/** A type as Cedar spells it. Another spelling may still be one, which Cedar says. */
const TYPE_NAME = /^[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*$/
const NO_VALUES: ReadonlyMap<string, Value> = new Map()
/** Words of the language, which no part of a type's name may be, and names that it keeps for itself. */
const RESERVED = /(?:^|::)(?:true|false|if|then|else|in|is|like|has|__cedar)(?:$|::)/
/** The type of actions, in any namespace. */
const ACTION = /(?:^|::)Action$/
const known = new Set<string>()
const KNOWN_TYPES_MAX = 10_000

/**
 * Reads a request.
 *
 * @param fixed entities that are the same for all requests.
 * @throws InvalidRequest for one that Cedar refuses.
 * @throws BeyondCompiled for one that only Cedar itself can tell to be sound.
 */
export function readRequest(request: PolicyRequest, fixed: KnownEntities): Frame {
  const reading: Reading = { hasExtensions: false }
  const principal = readUid(request.principal)
  const action = readUid(request.action)
  const resource = readUid(request.resource)
  const context = new ValueRecord(readMembers(request.context ?? {}, reading, 1))
  const entities = readEntities(request.entities ?? [], fixed, reading)
  return { principal, action, resource, context, entities, hasExtensions: reading.hasExtensions }
}

interface Reading {
  hasExtensions: boolean
}

/**
 * Entities by their keys, above those that are fixed and were read before.
 *
 * @throws InvalidRequest, as {@link readRequest}, and where one is its own ancestor.
 */
export function readEntities(
  list: readonly EntityJson[],
  fixed: KnownEntities,
  reading: Reading = { hasExtensions: false },
): KnownEntities {
  if (list.length > REQUEST_ENTITIES_MAX)
    throw new InvalidRequest(`it brings ${list.length} entities; at most ${REQUEST_ENTITIES_MAX} are read`)
  const entities = new LayeredEntities(fixed)
  for (const { uid, attrs, parents, tags } of list) {
    const { key, type } = readUid(uid)
    // Cedar lets the same entity come twice when nothing in it differs.
    if (entities.get(key) !== undefined) throw new BeyondCompiled('an entity comes twice')
    const above = parents.map((parent) => readParent(type, parent))
    entities.add(key, new KnownEntity(readMembers(attrs, reading, 1), readTags(tags, reading), above))
  }
  const walk: Walk = { entities, open: [], done: new Set() }
  // A circle that is new leads through an entity that is new.
  for (const [key, { parents }] of entities.own()) if (parents.length > 0) checkAbove(key, parents, walk)
  return entities
}

const readTags = (tags: EntityJson['tags'], reading: Reading): ReadonlyMap<string, Value> =>
  tags === undefined ? NO_VALUES : readMembers(tags, reading, 1)

/** A walk upward: from where it came, and from where there is no circle. */
interface Walk {
  readonly entities: KnownEntities
  readonly open: string[]
  readonly done: Set<string>
}

/** No deeper than a request has entities. */
function checkAbove(key: string, parents: readonly string[], walk: Walk): void {
  if (walk.done.has(key)) return
  walk.open.push(key)
  for (const parent of parents) {
    if (walk.open.includes(parent)) throw new InvalidRequest(`the entity ${nameOf(parent)} is its own ancestor`)
    const above = walk.entities.get(parent)?.parents
    // What has no parents ends a walk, and needs no note that it did.
    if (above !== undefined && above.length > 0) checkAbove(parent, above, walk)
  }
  walk.open.pop()
  walk.done.add(key)
}

/** Below actions there are actions alone. */
function readParent(type: string, parent: UidJson): string {
  const above = readUid(parent)
  if (ACTION.test(type) && !ACTION.test(above.type))
    throw new InvalidRequest(`an action is below ${nameOf(above.key)}, which is none`)
  return above.key
}

const nameOf = (key: string): string => {
  const at = key.indexOf('"')
  return `${key.slice(0, at)}::${JSON.stringify(key.slice(at + 1))}`
}

/** @throws BeyondCompiled for a type whose spelling Cedar has to judge; InvalidRequest for what is no name of an entity. */
export function readUid(uid: UidJson): EntityRef {
  const { type, id } = uid
  if (typeof type !== 'string' || typeof id !== 'string')
    throw new InvalidRequest('an entity needs a `type` and an `id`')
  if (!known.has(type)) learnType(type)
  if (!id.isWellFormed()) throw new InvalidRequest(`the id of an entity of type ${type} is no Unicode text`)
  return new EntityRef(uid)
}

function learnType(type: string): void {
  if (!TYPE_NAME.test(type) || RESERVED.test(type))
    throw new BeyondCompiled(`${JSON.stringify(type)} is an unusual type`)
  if (known.size < KNOWN_TYPES_MAX) known.add(type)
}

function readMembers(
  record: Readonly<Record<string, unknown>>,
  reading: Reading,
  level: number,
): ReadonlyMap<string, Value> {
  const members = new Map<string, Value>()
  for (const name in record) members.set(name, readValue(record[name], reading, level))
  return members
}

function readValue(value: unknown, reading: Reading, level: number): Value {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      if (!value.isWellFormed()) throw new InvalidRequest('a string of it is no Unicode text')
      return value
    case 'number':
      if (Number.isSafeInteger(value)) return normalLong(value)
      throw new InvalidRequest(`the number ${value} of it is no integer within ±(2^53 - 1), nor a bigint`)
    case 'bigint':
      if (isLong(value)) return normalLong(value)
      throw new InvalidRequest(`the integer ${value} of it has more than 64 bits`)
    case 'object':
      if (value !== null) return readCompound(value, reading, level)
  }
  throw new InvalidRequest(`it holds ${value === null ? 'null' : typeof value}, which is no value of Cedar`)
}

function readCompound(value: object, reading: Reading, level: number): Value {
  if (level >= VALUE_LEVELS_MAX) throw new InvalidRequest(`its values are more than ${VALUE_LEVELS_MAX} levels deep`)
  if (Array.isArray(value)) return new ValueSet(value.map((each) => readValue(each, reading, level + 1)))
  // A compound that is no list is a record.
  const record = value as Readonly<Record<string, unknown>>
  if ('__entity' in record || '__extn' in record || '__expr' in record) return readEscape(record, reading)
  return new ValueRecord(readMembers(record, reading, level + 1))
}

function readEscape(record: Readonly<Record<string, unknown>>, reading: Reading): Value {
  const entity = record.__entity
  const isPlain = Object.keys(record).length === 1 && typeof entity === 'object' && entity !== null
  // The two members are looked at when the name is read.
  if (isPlain && Object.keys(entity).length === 2) return readUid(entity as UidJson)
  if (!('__extn' in record)) throw new BeyondCompiled('an escape is spelled in an unusual way')
  reading.hasExtensions = true
  return new ExtensionValue()
}

/** The constant value of an expression. @throws BeyondCompiled for one of an extension type. */
export function readLiteral(value: unknown): Value {
  const reading: Reading = { hasExtensions: false }
  const read = readValue(value, reading, 0)
  if (reading.hasExtensions) throw new BeyondCompiled('a constant of an extension type')
  return read
}
