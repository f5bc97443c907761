import { z } from 'zod'

/** Bytes of a text in UTF-8. */
export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).byteLength

/** Text without lone surrogates: those cannot be written as UTF-8 and would come back changed. */
export const wellFormed = (schema: z.ZodString) =>
  schema.refine((text) => text.isWellFormed(), { error: 'holds a lone surrogate, which UTF-8 cannot carry' })

/** Well-formed text of at most `max` UTF-16 units. */
export const textOf = (max: number) => wellFormed(z.string().max(max))
