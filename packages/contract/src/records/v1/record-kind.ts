import { z } from 'zod'

/** One kind of record: what it says, and of what. */
export interface RecordKind {
  /** What has happened, as a sentence. */
  readonly meaning: string
  /** What it is about. */
  readonly subject: z.ZodType<string>
  /** Name → salted digest of what is personal or large. */
  readonly digests: z.ZodObject
  /** What its writer states; the leaf has the decision besides. */
  readonly payload: z.ZodObject
}

interface Fields<S extends z.ZodType<string>, P extends z.ZodRawShape, D extends z.ZodRawShape> {
  readonly subject: S
  readonly payload?: P
  readonly digests?: D
}

/** Defines a kind. Members that are not named are none of it. */
export const kind = <
  S extends z.ZodType<string>,
  P extends z.ZodRawShape = Record<never, never>,
  D extends z.ZodRawShape = Record<never, never>,
>(
  meaning: string,
  { subject, payload, digests }: Fields<S, P, D>,
) => ({
  meaning,
  subject,
  payload: z.strictObject(payload ?? ({} as P)),
  digests: z.strictObject(digests ?? ({} as D)),
})
