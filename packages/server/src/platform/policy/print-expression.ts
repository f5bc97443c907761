import type { ClauseJson, ScopeJson, ScopePart, UidJson } from './policy-json.ts'
import { uidOf } from './policy-json.ts'

type Body = Readonly<Record<string, unknown>>

/** How tightly operators bind, from the loosest; what stands in a looser one needs parentheses. */
const LOOSE = { choice: 0, or: 1, and: 2, relation: 3, sum: 4, product: 5, unary: 6, member: 7 } as const
const INFIX: Readonly<Record<string, number>> = {
  '||': LOOSE.or,
  '&&': LOOSE.and,
  '==': LOOSE.relation,
  '!=': LOOSE.relation,
  '<': LOOSE.relation,
  '<=': LOOSE.relation,
  '>': LOOSE.relation,
  '>=': LOOSE.relation,
  in: LOOSE.relation,
  '+': LOOSE.sum,
  '-': LOOSE.sum,
  '*': LOOSE.product,
}
const METHODS = new Set(['contains', 'containsAll', 'containsAny', 'getTag', 'hasTag'])
/** Extension functions that make a value; the others are asked of one. */
const CONSTRUCTORS = new Set(['ip', 'decimal', 'datetime', 'duration'])
const NAME = /^[A-Za-z_]\w*$/

/** `when` or `unless` as it is written in a policy, in one line. */
export const printClause = ({ kind, body }: ClauseJson): string => `${kind} { ${printExpression(body)} }`

/** What a policy says of one part of a request: `principal in Team::"a"`. */
export function printScope(part: ScopePart, scope: ScopeJson): string {
  const { op, entity, entities, entity_type: type } = scope
  if (op === 'All') return part
  const below = scope.in?.entity === undefined ? '' : ` in ${printUid(uidOf(scope.in.entity))}`
  if (op === 'is') return `${part} is ${type}${below}`
  if (entities !== undefined) return `${part} in [${entities.map((each) => printUid(uidOf(each))).join(', ')}]`
  return `${part} ${op} ${entity === undefined ? scope.slot : printUid(uidOf(entity))}`
}

/** `User::"ada"`. */
export const printUid = ({ type, id }: UidJson): string => `${type}::${JSON.stringify(id)}`

/** An expression as Cedar's language writes it. A form that is not known is shown as JSON. */
export const printExpression = (expression: unknown): string => print(expression, LOOSE.choice)

function print(expression: unknown, around: number): string {
  const [operator = '', body] = Object.entries(Object(expression))[0] ?? []
  const [text, binding] = printOperator(operator, body)
  return binding < around ? `(${text})` : text
}

function printOperator(operator: string, body: unknown): readonly [text: string, binding: number] {
  if (operator === 'Value') return printLiteral(body)
  if (operator === 'Var' || operator === 'Slot') return [String(body), LOOSE.member]
  if (operator === 'Set') return [`[${partsOf(body).map(printExpression).join(', ')}]`, LOOSE.member]
  if (operator === 'Record') return [`{${printMembers(Object(body))}}`, LOOSE.member]
  const infix = Object.hasOwn(INFIX, operator) ? INFIX[operator] : undefined
  if (infix !== undefined) return [printInfix(operator, Object(body), infix), infix]
  if (Array.isArray(body)) return [printCall(operator, body), LOOSE.member]
  return printSpecial(operator, Object(body))
}

const partsOf = (body: unknown): readonly unknown[] => (Array.isArray(body) ? body : [])

/** Relations do not follow one another without parentheses; the others do, from the left. */
function printInfix(operator: string, { left, right }: Body, binding: number): string {
  const ofLeft = binding === LOOSE.relation ? binding + 1 : binding
  return `${print(left, ofLeft)} ${operator} ${print(right, binding + 1)}`
}

function printSpecial(operator: string, body: Body): readonly [text: string, binding: number] {
  const { left, right, arg, attr } = body
  if (METHODS.has(operator))
    return [`${print(left, LOOSE.member)}.${operator}(${printExpression(right)})`, LOOSE.member]
  switch (operator) {
    case '!':
      // At most four may follow one another.
      return [`!${print(arg, LOOSE.member)}`, LOOSE.unary]
    case 'neg':
      // A minus before digits would be a number of its own.
      return [`-(${printExpression(arg)})`, LOOSE.unary]
    case 'isEmpty':
      return [`${print(arg, LOOSE.member)}.isEmpty()`, LOOSE.member]
    case '.':
      return [`${print(left, LOOSE.member)}${printAccess(String(attr))}`, LOOSE.member]
    case 'has':
      return [`${print(left, LOOSE.sum)} has ${printPath(attr)}`, LOOSE.relation]
    case 'like':
      return [`${print(left, LOOSE.sum)} like "${partsOf(body.pattern).map(printPart).join('')}"`, LOOSE.relation]
    case 'is':
      return [`${print(left, LOOSE.sum)} is ${body.entity_type}${below(body)}`, LOOSE.relation]
    case 'if-then-else':
      return [`if ${printExpression(body.if)} then ${printExpression(body.then)} else ${printExpression(body.else)}`, 0]
    default:
      return [JSON.stringify({ [operator]: body }, digits), LOOSE.member]
  }
}

const below = (body: Body): string => (body.in === undefined ? '' : ` in ${print(body.in, LOOSE.sum)}`)

function printCall(name: string, parts: readonly unknown[]): string {
  const [first, ...rest] = CONSTRUCTORS.has(name) ? [undefined, ...parts] : parts
  const call = `${name}(${rest.map(printExpression).join(', ')})`
  return first === undefined ? call : `${print(first, LOOSE.member)}.${call}`
}

function printLiteral(value: unknown): readonly [text: string, binding: number] {
  if (typeof value === 'object' && value !== null && '__entity' in value)
    // Cedar's own form of an entity.
    return [printUid(value.__entity as UidJson), LOOSE.member]
  const isNegative = (typeof value === 'number' || typeof value === 'bigint') && value < 0
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  return [text ?? 'null', isNegative ? LOOSE.sum : LOOSE.member]
}

const digits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)

/** By name: their order has no meaning. */
const printMembers = (members: Body): string =>
  Object.entries(members)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}: ${printExpression(part)}`)
    .join(', ')

const printAccess = (name: string): string => (NAME.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)
const printPath = (attr: unknown): string =>
  Array.isArray(attr) ? attr.join('.') : NAME.test(String(attr)) ? String(attr) : JSON.stringify(attr)

function printPart(part: unknown): string {
  const literal = typeof part === 'object' && part !== null && 'Literal' in part ? String(part.Literal) : undefined
  return literal === undefined ? '*' : JSON.stringify(literal).slice(1, -1).replaceAll('*', '\\*')
}
