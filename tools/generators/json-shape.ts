import { z } from 'zod'

type JsonSchema = Readonly<Record<string, unknown>>

const DEFS = '#/$defs/'
const INDENT = '  '

/** Schemas with names, gathered while shapes are written, so that each is written once. */
export class ShapeWriter {
  readonly #named = new Map<string, JsonSchema>()

  /** The shape of an answer as a reader sees it: members with their types, each named shape by its name. */
  write(schema: z.ZodType): string {
    const { $defs = {}, ...root } = z.toJSONSchema(schema, { io: 'output', target: 'draft-2020-12' })
    for (const [id, definition] of Object.entries($defs)) this.#named.set(id, definition)
    const id = typeof root.id === 'string' ? root.id : undefined
    if (id === undefined) return shapeOf(root, '')
    this.#named.set(id, root)
    return id
  }

  /** Every named shape so far, by name. */
  named(): readonly { readonly name: string; readonly shape: string }[] {
    return [...this.#named]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => ({ name, shape: shapeOf(schema, '') }))
  }
}

function shapeOf(schema: JsonSchema, indent: string): string {
  if (typeof schema.$ref === 'string') return schema.$ref.replace(DEFS, '')
  const choices = listOf(schema.anyOf) ?? listOf(schema.oneOf) ?? listOf(schema.allOf)
  if (choices !== undefined) return [...new Set(choices.map((each) => shapeOf(each, indent)))].join(' | ')
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(schema.type)) return schema.type.join(' | ')
  return BY_TYPE[String(schema.type)]?.(schema, indent) ?? 'any'
}

const BY_TYPE: Readonly<Record<string, (schema: JsonSchema, indent: string) => string>> = {
  object: objectShape,
  array: (schema, indent) => `[${isSchema(schema.items) ? shapeOf(schema.items, indent) : 'any'}, …]`,
  string: ({ format }) => (typeof format === 'string' ? format : 'string'),
  integer: () => 'integer',
  number: () => 'number',
  boolean: () => 'boolean',
  null: () => 'null',
}

function objectShape(schema: JsonSchema, indent: string): string {
  const members = Object.entries(isSchema(schema.properties) ? schema.properties : {})
  if (members.length === 0)
    return isSchema(schema.additionalProperties) ? `{ name: ${shapeOf(schema.additionalProperties, indent)} }` : '{ … }'
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const lines = members.map(([name, member]) => {
    const shape = isSchema(member) ? shapeOf(member, indent + INDENT) : 'any'
    return `${indent}${INDENT}${name}${required.has(name) ? '' : '?'}: ${shape}${wordsOf(member)}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

const wordsOf = (member: unknown): string =>
  isSchema(member) && typeof member.description === 'string' ? `  // ${member.description.replaceAll('\n', ' ')}` : ''

const listOf = (value: unknown): readonly JsonSchema[] | undefined =>
  Array.isArray(value) ? value.filter(isSchema) : undefined

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
