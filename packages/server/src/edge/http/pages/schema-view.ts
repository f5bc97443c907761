import { type Fragment, html, prose } from './html.ts'

type Schema = Readonly<Record<string, unknown>>

const COMPONENTS = '#/components/schemas/'
/** Members below this depth are shown by their type alone; their component shows them in full. */
const DEPTH_MAX = 3

/** The members of a schema as a table, or its type where it has none. */
export function schemaView(schema: Schema, depth = 0): Fragment {
  const members = membersOf(schema)
  if (members.length === 0 || depth >= DEPTH_MAX) return html`<p class="type">${typeOf(schema)}</p>`
  const rows = members.map(
    ({ name, required, member }) => html`<tr>
<th scope="row"><code>${name}</code>${required ? html`<span class="required" title="required">required</span>` : ''}</th>
<td><span class="type">${typeOf(member)}</span>${rulesOf(member)}${descriptionOf(member)}${nested(member, depth)}</td>
</tr>`,
  )
  return html`<div class="scroll"><table class="schema"><tbody>${rows}</tbody></table></div>`
}

interface Member {
  readonly name: string
  readonly required: boolean
  readonly member: Schema
}

function membersOf(schema: Schema): Member[] {
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).map(([name, member]) => ({
    name,
    required: required.includes(name),
    member: isRecord(member) ? member : {},
  }))
}

function nested(member: Schema, depth: number): Fragment {
  const inner = isRecord(member.items) ? member.items : member
  if (membersOf(inner).length === 0 || depth + 1 >= DEPTH_MAX) return undefined
  return html`<details><summary>members</summary>${schemaView(inner, depth + 1)}</details>`
}

/** The type in a few words; components are links. */
export function typeOf(schema: Schema): Fragment {
  if (typeof schema.$ref === 'string') return componentLink(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const branches = schema.anyOf ?? schema.oneOf
  if (Array.isArray(branches)) return joined(branches.filter(isRecord).map(typeOf), ' or ')
  if (schema.type === 'array') return ['list of ', isRecord(schema.items) ? typeOf(schema.items) : 'anything']
  if (typeof schema.format === 'string') return `${String(schema.type)} (${schema.format})`
  if (typeof schema.type === 'string') return schema.type
  return Array.isArray(schema.type) ? schema.type.join(' or ') : 'any JSON'
}

function componentLink(ref: string): Fragment {
  const name = ref.replace(COMPONENTS, '')
  return html`<a href="#schema-${name}">${name}</a>`
}

const RULES = [
  ['minimum', '≥ '],
  ['maximum', '≤ '],
  ['minLength', 'length ≥ '],
  ['maxLength', 'length ≤ '],
  ['maxItems', 'at most '],
  ['default', 'default '],
] as const

function rulesOf(schema: Schema): Fragment {
  const rules = RULES.filter(([key]) => isTold(schema[key])).map(
    ([key, words]) => `${words}${JSON.stringify(schema[key])}`,
  )
  return rules.length === 0 ? undefined : html`<span class="rules">${rules.join(', ')}</span>`
}

/** The bounds of every integer there is say nothing. */
const isTold = (value: unknown): boolean => value !== undefined && Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER

const descriptionOf = ({ description }: Schema): Fragment =>
  typeof description === 'string' ? html`<p>${prose(description)}</p>` : undefined

const joined = (parts: readonly Fragment[], between: string): Fragment =>
  parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]))

const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
