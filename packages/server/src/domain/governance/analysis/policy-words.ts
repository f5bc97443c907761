import { type PolicyBundle, type PolicyJson, type UidJson, uidOf } from '#policy'

/** What policies name: those words are worth asking about. */
export interface PolicyWords {
  /** Attribute, as `resource.lane`, → the texts that it is compared with, sorted. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  /** Attribute, as `principal.trust`, → the numbers that it is compared with, and their neighbours, ascending. */
  readonly numbers: ReadonlyMap<string, readonly number[]>
  /** Type of entities → ids that are named, sorted. */
  readonly ids: ReadonlyMap<string, readonly string[]>
}

interface Gathered {
  readonly texts: Map<string, Set<string>>
  readonly numbers: Map<string, Set<number>>
  readonly ids: Map<string, Set<string>>
}

/** The words of policies: what they compare attributes with, and whom and what they name. */
export function wordsOf(bundles: readonly PolicyBundle[]): PolicyWords {
  const gathered: Gathered = { texts: new Map(), numbers: new Map(), ids: new Map() }
  for (const { policies } of bundles) for (const { json } of policies) gather(json, gathered)
  const { texts, numbers, ids } = gathered
  return {
    texts: sorted(texts, (a, b) => (a < b ? -1 : 1)),
    numbers: sorted(numbers, (a, b) => a - b),
    ids: sorted(ids, (a, b) => (a < b ? -1 : 1)),
  }
}

const sorted = <T>(of: ReadonlyMap<string, ReadonlySet<T>>, order: (a: T, b: T) => number) =>
  new Map([...of].map(([name, values]) => [name, [...values].toSorted(order)]))

function gather(policy: PolicyJson, into: Gathered): void {
  for (const { entity, entities = [] } of [policy.principal, policy.resource])
    for (const uid of [...(entity ? [entity] : []), ...entities]) noteId(uidOf(uid), into)
  for (const { body } of policy.conditions) walk(body, into)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Expressions are as deep as the reader lets them be. @see POLICY_DEEP */
function walk(expression: unknown, into: Gathered): void {
  if (Array.isArray(expression)) {
    for (const each of expression) walk(each, into)
    return
  }
  if (!isObject(expression)) return
  for (const body of Object.values(expression)) {
    if (isObject(body) && 'left' in body && 'right' in body) notePair(body.left, body.right, into)
    if (isObject(body) && isUid(body.__entity)) noteId(body.__entity, into)
    walk(body, into)
  }
}

const isUid = (value: unknown): value is UidJson =>
  isObject(value) && typeof value.type === 'string' && typeof value.id === 'string'

function notePair(left: unknown, right: unknown, into: Gathered): void {
  for (const [one, other] of [[left, right] as const, [right, left] as const]) {
    const attribute = attributeOf(one)
    if (attribute !== undefined) for (const value of literalsOf(other)) noteValue(attribute, value, into)
  }
}

/** `resource.lane`; `.trust` of what is none of the parts of a request. */
function attributeOf(expression: unknown): string | undefined {
  const access = isObject(expression) ? expression['.'] : undefined
  if (!isObject(access) || typeof access.attr !== 'string') return undefined
  const of = isObject(access.left) && typeof access.left.Var === 'string' ? access.left.Var : ''
  return `${of}.${access.attr}`
}

function literalsOf(expression: unknown): readonly unknown[] {
  if (!isObject(expression)) return []
  if ('Value' in expression) return [expression.Value]
  return Array.isArray(expression.Set) ? expression.Set.flatMap(literalsOf) : []
}

function noteValue(attribute: string, value: unknown, { texts, numbers }: Gathered): void {
  if (typeof value === 'string') setOf(texts, attribute).add(value)
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return
  // A comparison turns at the number, or beside it.
  for (const near of [value - 1, value, value + 1]) if (near >= 0 && near <= 100) setOf(numbers, attribute).add(near)
}

function noteId({ type, id }: UidJson, { ids }: Gathered): void {
  setOf(ids, type).add(id)
}

function setOf<T>(of: Map<string, Set<T>>, name: string): Set<T> {
  const found = of.get(name) ?? new Set<T>()
  of.set(name, found)
  return found
}
