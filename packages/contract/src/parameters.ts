import { z } from 'zod'

/** Any JSON value. Registered in place (`.meta` would clone it), so that its recursion means the same component. */
export const jsonValue = z.json().register(z.globalRegistry, { id: 'JsonValue' })

/** Lists and objects in one another that are kept, as many as a request may have: what goes deeper is no data of people. */
export const JSON_LEVELS_MAX = 64

/** True where lists and objects are at most `levels` deep in one another. Looks no deeper than that. */
export const isShallow = (value: unknown, levels: number = JSON_LEVELS_MAX): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1)))

export const TOO_DEEP = { error: `must be at most ${JSON_LEVELS_MAX} levels deep` } as const

/** A query parameter that may be repeated; always a list inside. */
export const many = <T extends z.ZodType>(item: T, max = 16) =>
  z.union([item, z.array(item).max(max)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.infer<T>[])

const INTEGER_TEXT = /^-?\d{1,16}$/
const BOOLEAN_TEXT: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
])

/** A whole number; query parameters arrive as text. Nothing else counts as one: not null, not an empty text. */
export const wholeNumber = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && INTEGER_TEXT.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  )

/** True or false; as text in a query. */
export const flag = z.preprocess((value) => BOOLEAN_TEXT.get(value) ?? value, z.boolean())

export const PAGE_LIMITS = { limitMax: 100, limitDefault: 20, cursorLengthMax: 500 } as const

/** Members of every paged query. */
export const page = {
  limit: wholeNumber(1, PAGE_LIMITS.limitMax).default(PAGE_LIMITS.limitDefault),
  cursor: z.string().max(PAGE_LIMITS.cursorLengthMax).optional(),
}

/** A page of `item`, as component `name`. */
export const paged = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      items: z.array(item),
      next_cursor: z.string().nullable().describe('Hand it back as `cursor`; null on the last page.'),
    })
    .meta({ id: name })
