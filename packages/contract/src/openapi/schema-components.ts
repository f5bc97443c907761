import { z } from 'zod'

export type JsonSchema = Readonly<Record<string, unknown>>

const DEFS = '#/$defs/'
const COMPONENTS = '#/components/schemas/'

/**
 * Turns zod schemas into JSON Schema 2020-12 (the dialect of OpenAPI 3.1) and gathers those with an id as components, so
 * that each is written once.
 */
export class SchemaComponents {
  readonly #schemas = new Map<string, JsonSchema>()

  /** What a client may send. */
  ofInput(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'input')
  }

  /** What an answer holds. It may get more members later, so nothing is said about those that are not named. */
  ofOutput(schema: z.ZodType): JsonSchema {
    return this.#convert(schema, 'output')
  }

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  #convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _dialect,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      override: ({ jsonSchema, zodSchema }) => {
        // A default behind a conversion from text is left out by zod, though clients want to know it.
        const { def } = zodSchema._zod
        if (def.type === 'default' && jsonSchema.default === undefined) jsonSchema.default = def.defaultValue
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    })
    for (const [id, definition] of Object.entries($defs)) this.#add(id, rewriteRefs(definition))
    const id = typeof root.id === 'string' ? root.id : undefined
    if (id === undefined) return rewriteRefs(root)
    this.#add(id, rewriteRefs(root))
    return { $ref: COMPONENTS + id }
  }

  /** @throws TypeError when one id means two different schemas. */
  #add(id: string, definition: JsonSchema): void {
    const { id: _id, ...schema } = definition
    const known = this.#schemas.get(id)
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new TypeError(`two schemas are called ${id}`)
    this.#schemas.set(id, schema)
  }
}

/** References to definitions of one schema become references to components. */
function rewriteRefs(schema: object): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string' ? member.replace(DEFS, COMPONENTS) : rewriteMember(member),
    ]),
  )
}

function rewriteMember(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(rewriteMember)
  return typeof member === 'object' && member !== null ? rewriteRefs(member) : member
}
