import { z } from 'zod'
import { type ConfigFacts, configFacts } from './config-facts.ts'
import { configSchema } from './config-schema.ts'

/** One key of the configuration with everything that is known about it. */
export interface ConfigKey extends ConfigFacts {
  /** Dotted path, such as `search.weights.vector`. */
  readonly key: string
  /** Environment names: the derived one first, then the short one where there is one. */
  readonly envs: readonly [string, ...string[]]
  readonly schema: z.core.$ZodType
  readonly kind: ConfigKind
  /** What may stand here, as the end of the sentence "expected …". */
  readonly allowed: string
  readonly default: string | number | boolean | undefined
}

export type ConfigKind = 'integer' | 'number' | 'boolean' | 'string'

/** Every leaf of the schema by its dotted key, in the order of the schema. */
export const CONFIG_KEYS: ReadonlyMap<string, ConfigKey> = new Map(
  [...listLeaves(configSchema, [])].map((key) => [key.key, key]),
)

/** The dotted paths that hold other keys: `search`, `search.weights`, … */
export const CONFIG_BRANCHES: ReadonlySet<string> = new Set(
  [...CONFIG_KEYS.keys()].flatMap((key) => {
    const names = key.split('.')
    return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'))
  }),
)

/** `memory.compressionLevel` → `CASCADE_MEMORY_COMPRESSION_LEVEL`. */
export function environmentName(key: string): string {
  return `CASCADE_${key
    .replaceAll('.', '_')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()}`
}

function* listLeaves(schema: z.ZodObject, path: readonly string[]): Generator<ConfigKey> {
  for (const [name, child] of Object.entries(schema.shape)) {
    if (child instanceof z.ZodObject) yield* listLeaves(child, [...path, name])
    else yield describeLeaf(child, [...path, name].join('.'))
  }
}

function describeLeaf(schema: z.core.$ZodType, key: string): ConfigKey {
  const facts = configFacts.get(schema)
  if (facts === undefined) throw new TypeError(`the configuration key ${key} has no description`)
  const shape = z.toJSONSchema(schema)
  return {
    ...facts,
    key,
    envs: facts.env === undefined ? [environmentName(key)] : [environmentName(key), facts.env],
    schema,
    kind: kindOf(shape.type),
    allowed: describeAllowed(shape, facts.list ?? false),
    default: scalarOf(shape.default),
  }
}

function kindOf(type: unknown): ConfigKind {
  return type === 'integer' || type === 'number' || type === 'boolean' ? type : 'string'
}

function scalarOf(value: unknown): ConfigKey['default'] {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

function describeAllowed(shape: z.core.JSONSchema.BaseSchema, list: boolean): string {
  if (shape.enum !== undefined) return `one of ${shape.enum.map((value) => JSON.stringify(value)).join(', ')}`
  if (shape.type === 'boolean') return 'true or false'
  if (shape.type === 'string' && shape.format === 'uri') return 'an http or https address'
  if (list) return 'values with commas between them, in a file also a list'
  if (shape.type === 'string') return `text of ${shape.minLength} to ${shape.maxLength} ${lettersOf(shape)}`
  return `a ${shape.type === 'integer' ? 'whole number' : 'number'} from ${shape.minimum} to ${shape.maximum}`
}

/** A pattern in the schema is that of what a header can carry. */
function lettersOf({ pattern }: z.core.JSONSchema.BaseSchema): string {
  return pattern === undefined ? 'characters' : 'letters, digits and -._~+/'
}
