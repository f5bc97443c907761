import { z } from 'zod'
import type { CascadeEvent } from '#store'

/** How deep `all`, `any` and `not` of a filter may stand in each other. */
export const FILTER_LEVELS_MAX = 5
/** Conditions that stand beside each other. */
export const FILTER_CONDITIONS_MAX = 50

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])
/** A field of the event's envelope, or a path into its data. */
const field = z.string().regex(/^(?:type|subject|actor|source|data(?:\.[A-Za-z0-9_-]{1,64}){1,8})$/, {
  error: 'expected type, subject, actor, source, or data.<field>',
})

const comparison = z.union([
  z.strictObject({ field, is: scalar }),
  z.strictObject({ field, in: z.array(scalar).min(1).max(1000) }),
  z.strictObject({ field, prefix: z.string().min(1).max(1000) }),
  z.strictObject({ field, min: z.number() }),
  z.strictObject({ field, max: z.number() }),
  z.strictObject({ field, exists: z.boolean() }),
])
type Comparison = z.output<typeof comparison>

/** A condition on an event, as data: no code, and no loop over what it has. */
export type EventFilter =
  | Comparison
  | { readonly all: readonly EventFilter[] }
  | { readonly any: readonly EventFilter[] }
  | { readonly not: EventFilter }

const nested = (levels: number): z.ZodType<EventFilter> => {
  if (levels === 0) return comparison
  const inner = nested(levels - 1)
  const several = z.array(inner).min(1).max(FILTER_CONDITIONS_MAX)
  return z.union([
    comparison,
    z.strictObject({ all: several }),
    z.strictObject({ any: several }),
    z.strictObject({ not: inner }),
  ])
}

export const eventFilter: z.ZodType<EventFilter> = nested(FILTER_LEVELS_MAX - 1)

/** Whether the event fulfils the filter. A field that it lacks fulfils no comparison but `exists: false`. */
export function fulfils(filter: EventFilter, event: CascadeEvent): boolean {
  if ('all' in filter) return filter.all.every((one) => fulfils(one, event))
  if ('any' in filter) return filter.any.some((one) => fulfils(one, event))
  if ('not' in filter) return !fulfils(filter.not, event)
  const value = fieldOf(event, filter.field)
  if ('exists' in filter) return (value !== undefined) === filter.exists
  if ('is' in filter) return value === filter.is
  // What is no scalar is none of the list either.
  if ('in' in filter) return (filter.in as readonly unknown[]).includes(value)
  if ('prefix' in filter) return typeof value === 'string' && value.startsWith(filter.prefix)
  if (typeof value !== 'number') return false
  return 'min' in filter ? value >= filter.min : value <= filter.max
}

function fieldOf(event: CascadeEvent, path: string): unknown {
  let value: unknown = event
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    // An object that has the member can be asked for it.
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return value
}
