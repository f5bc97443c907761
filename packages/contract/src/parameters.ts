import { z } from 'zod'

/** Any JSON value. Registered in place (`.meta` would clone it), so that its recursion means the same component. */
export const jsonValue = z.json().register(z.globalRegistry, { id: 'JsonValue' })

/** A query parameter that may be repeated; always a list inside. */
export const many = <T extends z.ZodType>(item: T, max = 16) =>
  z.union([item, z.array(item).max(max)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.infer<T>[])

/** A whole number; query parameters arrive as text. */
export const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

/** Members of every paged query. */
export const page = { limit: wholeNumber(1, 100).default(20), cursor: z.string().max(500).optional() }

/** A page of `item`, as component `name`. */
export const paged = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      items: z.array(item),
      next_cursor: z.string().nullable().describe('Hand it back as `cursor`; null on the last page.'),
    })
    .meta({ id: name })
