import { z } from 'zod'
import { timestamp, uuid } from './capsule.ts'
import { isShallow, jsonValue, many, TOO_DEEP, wholeNumber } from './parameters.ts'

export const EVENT_LIMITS = {
  typeLengthMax: 128,
  /** Of what is published, as JSON. */
  payloadBytesMax: 64 * 1024,
  /** Events in one page. */
  pageMax: 500,
  pageDefault: 100,
  patternsMax: 16,
  /** Words of a type or a pattern. */
  wordsMax: 12,
  /** What others published, in one page, about. */
  pageBytes: 4 * 1024 * 1024,
} as const

/** Days for which what was published is kept beside the log. */
export const PUBLISHED_DAYS = 90

const NAME = '[a-z0-9][a-z0-9_-]*'
const typeText = z
  .string()
  .max(EVENT_LIMITS.typeLengthMax)
  .refine((type) => type.split('.').length <= EVENT_LIMITS.wordsMax, {
    error: `expected at most ${EVENT_LIMITS.wordsMax} words`,
  })

/** Two words at least, and none of the instance's own. */
export const publishedType = typeText
  .regex(new RegExp(`^[a-z][a-z0-9_-]*(?:\\.${NAME})+$`), {
    error: 'expected two or more words of a-z, 0-9, - and _ with dots between, such as shop.order.placed',
  })
  .refine((type) => !type.startsWith('cascade.'), {
    error: 'must not begin with cascade., which tells of this instance',
  })

export const typePattern = typeText
  .regex(new RegExp(`^(?:\\*\\*|\\*|${NAME})(?:\\.(?:\\*\\*|\\*|${NAME}))*$`), {
    error: 'expected a pattern of words in lower case with dots between, such as cascade.capsule.* or shop.**',
  })
  .describe('`cascade.capsule.*`: `*` stands for one word, `**` for any number of them.')

/** Where a reader is: the sequence of a record, and which of its events; without that, all of them. */
export const eventPosition = z
  .string()
  .regex(/^\d{1,15}(?:\.\d{1,6})?$/, { error: 'expected a sequence or the place of an event, such as 4711 or 4711.1' })
  .describe('The `id` of an event in the stream, or a sequence: what comes behind it.')

export const eventQuery = z.strictObject({
  type: many(typePattern, EVENT_LIMITS.patternsMax).optional().describe('Patterns, of which one has to fit.'),
  subject: z.string().min(1).max(300).optional().describe('What it is about, such as `capsule/<id>`.'),
  actor: uuid.optional().describe('Who acted.'),
  after: eventPosition.optional(),
  limit: wholeNumber(1, EVENT_LIMITS.pageMax)
    .default(EVENT_LIMITS.pageDefault)
    .describe('Of a page; a stream has no end.'),
})
export type EventQuery = z.infer<typeof eventQuery>

export const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: uuid,
    source: z.string().describe('The instance; `legacy` for a system that is brought in from outside.'),
    type: z.string(),
    subject: z.string(),
    time: timestamp,
    datacontenttype: z.literal('application/json'),
    actor: uuid.or(z.literal('system')).describe('Who acted; `system` where a system that names nobody was.'),
    correlationid: z.string(),
    decisionid: z.string(),
    sequence: z.int().min(0),
    data: z.record(z.string(), jsonValue),
  })
  .meta({ id: 'CloudEvent', description: 'CloudEvents 1.0, structured.' })
export type CloudEvent = z.infer<typeof cloudEvent>

export const eventPage = z
  .object({
    items: z.array(cloudEvent),
    next: eventPosition.nullable().describe('Hand it back as `after`; null while there is nothing at all yet.'),
    more: z.boolean().describe('Whether something may be behind it already.'),
  })
  .meta({ id: 'EventPage' })
export type EventPage = z.infer<typeof eventPage>

export const publishBody = z.strictObject({
  type: publishedType,
  payload: jsonValue.refine((value) => isShallow(value), TOO_DEEP).describe('What it says: at most 64 KiB as JSON.'),
  capsule: uuid.optional().describe('The capsule that it is about: whoever may read that is told.'),
  legacy: z
    .boolean()
    .optional()
    .describe(
      'Brought in from a system that names nobody: the event says source `legacy` and actor `system`, and routes trust it as a source that nobody knows (40). The log names who published it all the same.',
    ),
})

export const publishedEvent = z
  .object({ id: uuid.describe('`data.id` of the event.'), type: z.string(), position: eventPosition })
  .meta({ id: 'PublishedEvent' })

/** What a bridge from another bus came to. */
export const bridgeAnswer = z.object({
  published: z.int().min(0),
  refused: z.int().min(0).describe('Lines that were no message.'),
  problems: z.array(z.object({ line: z.int().min(1), message: z.string() })).describe('The first hundred of these.'),
})
export type BridgeAnswer = z.infer<typeof bridgeAnswer>
