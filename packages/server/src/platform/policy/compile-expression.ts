import { BeyondCompiled, EvaluationError } from './evaluation-error.ts'
import { type Frame, isWithin } from './frame.ts'
import { add, greater, greaterOrEqual, less, lessOrEqual, multiply, negate, subtract } from './long.ts'
import { compilePattern } from './pattern.ts'
import { type ExpressionJson, uidOf } from './policy-json.ts'
import { readLiteral } from './read-request.ts'
import {
  asBoolean,
  asEntity,
  asSet,
  asString,
  EntityRef,
  equal,
  failAttributes,
  type Value,
  ValueRecord,
  ValueSet,
} from './value.ts'

/** An expression as a function. @throws EvaluationError, BeyondCompiled */
export type Code = (frame: Frame) => Value

/** Levels of an expression that are compiled; what is deeper is left to the fallback. */
export const EXPRESSION_LEVELS_MAX = 1000

type Compile = (part: unknown) => Code
type Body = Readonly<Record<string, unknown>>

const unary =
  (apply: (value: Value, frame: Frame) => Value) =>
  (body: Body, compile: Compile): Code => {
    const arg = compile(body.arg)
    return (frame) => apply(arg(frame), frame)
  }

/** Both sides are evaluated, the left one first, before either is looked at. */
const binary =
  (apply: (left: Value, right: Value, frame: Frame) => Value) =>
  (body: Body, compile: Compile): Code => {
    const [left, right] = [compile(body.left), compile(body.right)]
    return (frame) => apply(left(frame), right(frame), frame)
  }

const VARIABLES: Readonly<Record<string, Code>> = {
  principal: (frame) => frame.principal,
  action: (frame) => frame.action,
  resource: (frame) => frame.resource,
  context: (frame) => frame.context,
}

/** Every operator that is compiled, as Cedar's JSON form names them. */
const OPERATORS: Readonly<Record<string, (body: Body, compile: Compile) => Code>> = {
  '!': unary((value) => !asBoolean(value)),
  neg: unary(negate),
  isEmpty: unary((value) => asSet(value).elements.length === 0),
  '==': binary(equal),
  '!=': binary((left, right) => !equal(left, right)),
  '<': binary(less),
  '<=': binary(lessOrEqual),
  '>': binary(greater),
  '>=': binary(greaterOrEqual),
  '+': binary(add),
  '-': binary(subtract),
  '*': binary(multiply),
  in: binary(isIn),
  contains: binary((left, right) => asSet(left).has(right)),
  containsAll: binary((left, right) => bothSets(left, right, (set, other) => set.hasAll(other))),
  containsAny: binary((left, right) => bothSets(left, right, (set, other) => set.hasAny(other))),
  hasTag: binary((left, right, frame) => findTag(left, right, frame) !== undefined),
  getTag: binary(getTag),
  '&&': (body, compile) => {
    const [left, right] = [compile(body.left), compile(body.right)]
    return (frame) => asBoolean(left(frame)) && asBoolean(right(frame))
  },
  '||': (body, compile) => {
    const [left, right] = [compile(body.left), compile(body.right)]
    return (frame) => asBoolean(left(frame)) || asBoolean(right(frame))
  },
  'if-then-else': (body, compile) => {
    const [test, yes, no] = [compile(body.if), compile(body.then), compile(body.else)]
    return (frame) => (asBoolean(test(frame)) ? yes(frame) : no(frame))
  },
  '.': (body, compile) => {
    const [left, name] = [compile(body.left), textOf(body.attr)]
    return (frame) => getAttribute(left(frame), name, frame)
  },
  has: (body, compile) => {
    const [left, path] = [compile(body.left), Array.isArray(body.attr) ? body.attr.map(textOf) : [textOf(body.attr)]]
    return (frame) => hasPath(left(frame), path, frame)
  },
  like: (body, compile) => {
    const [left, matches] = [compile(body.left), compilePattern(body.pattern)]
    return (frame) => matches(asString(left(frame)))
  },
  is: (body, compile) => {
    const [left, type] = [compile(body.left), textOf(body.entity_type)]
    const within = body.in === undefined ? undefined : compile(body.in)
    return (frame) => {
      const entity = left(frame)
      if (asEntity(entity).type !== type) return false
      // The entity is evaluated once: it cannot differ the second time.
      return within === undefined || isIn(entity, within(frame), frame)
    }
  },
}

/**
 * Makes a function of an expression in Cedar's JSON form, with Cedar's meaning.
 *
 * @throws BeyondCompiled for extension functions, slots, and whatever else is not known here.
 */
export function compileExpression(expression: ExpressionJson): Code {
  return compileAt(expression, 0)
}

function compileAt(part: unknown, level: number): Code {
  if (level >= EXPRESSION_LEVELS_MAX) throw new BeyondCompiled('an expression is very deep')
  const [operator = '', body] = onlyMember(part)
  if (operator === 'Value') return constant(readLiteral(body))
  const compile: Compile = (inner) => compileAt(inner, level + 1)
  if (operator === 'Var') return rowOf(VARIABLES, textOf(body))
  if (operator === 'Set') return compileSet(body, compile)
  if (typeof body !== 'object' || body === null) throw new BeyondCompiled(`the operator ${operator}`)
  // What it holds is looked at by the operator.
  const parts = body as Body
  return operator === 'Record' ? compileRecord(parts, compile) : rowOf(OPERATORS, operator)(parts, compile)
}

const constant =
  (value: Value): Code =>
  () =>
    value

function onlyMember(part: unknown): readonly [string, unknown] {
  const members = typeof part === 'object' && part !== null ? Object.entries(part) : []
  const [first] = members
  if (first === undefined || members.length > 1) throw new BeyondCompiled('an expression of a form that is not known')
  return first
}

function rowOf<Row>(table: Readonly<Record<string, Row>>, name: string): Row {
  const row = Object.hasOwn(table, name) ? table[name] : undefined
  if (row === undefined) throw new BeyondCompiled(`${name} is not compiled`)
  return row
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw new BeyondCompiled('a name that is no text')
}

function compileSet(body: unknown, compile: Compile): Code {
  if (!Array.isArray(body)) throw new BeyondCompiled('a set of a form that is not known')
  const elements = body.map(compile)
  // A set of constants is made once, so that what it looks up by is, too.
  if (body.every(isLiteral)) return constant(new ValueSet(body.map((part) => readLiteral(onlyMember(part)[1]))))
  return (frame) => new ValueSet(elements.map((element) => element(frame)))
}

const isLiteral = (part: unknown): boolean => onlyMember(part)[0] === 'Value'

function compileRecord(body: Body, compile: Compile): Code {
  const members = Object.entries(body).map(([name, part]) => [name, compile(part)] as const)
  return (frame) => new ValueRecord(new Map(members.map(([name, code]) => [name, code(frame)])))
}

function bothSets(left: Value, right: Value, holds: (set: ValueSet, other: ValueSet) => boolean): boolean {
  const set = asSet(left)
  return holds(set, asSet(right))
}

function isIn(left: Value, right: Value, frame: Frame): boolean {
  const entity = asEntity(left)
  if (right instanceof EntityRef) return isWithin(frame, entity, right.key)
  if (!(right instanceof ValueSet)) return isWithin(frame, entity, asEntity(right).key)
  // Cedar looks at all of them before it looks for one.
  const targets = right.elements.map(asEntity)
  return targets.some(({ key }) => isWithin(frame, entity, key))
}

/** @returns undefined where there is no such attribute, or nothing is known of the entity. @throws EvaluationError */
function findAttribute(value: Value, name: string, frame: Frame): Value | undefined {
  if (value instanceof ValueRecord) return value.members.get(name)
  if (value instanceof EntityRef) return frame.entities.get(value.key)?.attributes.get(name)
  return failAttributes(value)
}

function getAttribute(value: Value, name: string, frame: Frame): Value {
  const found = findAttribute(value, name, frame)
  if (found !== undefined) return found
  throw new EvaluationError(`${subjectOf(value, frame)} has no attribute ${JSON.stringify(name)}`)
}

function hasPath(value: Value, path: readonly string[], frame: Frame): boolean {
  let at: Value | undefined = value
  for (const name of path) {
    at = findAttribute(at, name, frame)
    if (at === undefined) return false
  }
  return true
}

function findTag(left: Value, right: Value, { entities }: Frame): Value | undefined {
  const { key } = asEntity(left)
  // Looked at also where nothing is known of the entity.
  const name = asString(right)
  return entities.get(key)?.tags.get(name)
}

function getTag(left: Value, right: Value, frame: Frame): Value {
  const found = findTag(left, right, frame)
  if (found !== undefined) return found
  throw new EvaluationError(`${subjectOf(left, frame)} has no tag ${JSON.stringify(right)}`)
}

function subjectOf(value: Value, { entities }: Frame): string {
  if (!(value instanceof EntityRef)) return 'the record'
  const name = `${value.type}::${JSON.stringify(value.id)}`
  return entities.get(value.key) !== undefined ? name : `${name}, of which nothing is known,`
}

/** Key of an entity that a scope names. */
export const scopeKey = (uid: Parameters<typeof uidOf>[0]): string => new EntityRef(uidOf(uid)).key
