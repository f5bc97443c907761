import { z } from 'zod'
import { timestamp, uuid } from './capsule.ts'
import { page, paged } from './parameters.ts'

export const MESH_LIMITS = {
  /** Dead letters that one request names. */
  lettersMax: 100,
  /** Dead letters of a route that are counted. */
  deadCounted: 1000,
} as const

const routeName = z.string().regex(/^=?[a-z0-9][a-z0-9-]{0,59}$/)
const letterId = z
  .string()
  .regex(/^[0-9a-f-]{36}\.=?[a-z0-9-]{1,60}\.[a-z0-9-]{1,60}$/)
  .describe('Id of the event, then route and sink.')

const lane = z
  .object({
    route: z.string().describe('One that begins with `=` is a part of the instance itself.'),
    sink: z.string(),
    kind: z.string().describe('Kind of the sink.'),
    state: z.enum(['delivering', 'paused', 'waiting']),
    reason: z.string().nullable().describe('Why it waits; null where it does not.'),
    position: z.int().min(-1).describe('Sequence until which each event was delivered or passed over.'),
    lag: z.int().min(0).describe('Entries of the log behind that.'),
    unsettled: z.int().min(0).describe('Events that were read and are not delivered yet.'),
    retrying: z.int().min(0).describe('Of these, those that failed and are tried again.'),
    delivered: z.int().min(0).describe('Since the start of the instance.'),
    dead: z.int().min(0).max(MESH_LIMITS.deadCounted).describe('Its dead letters; the most stands for more, too.'),
  })
  .meta({ id: 'MeshLane' })

export const meshState = z
  .object({
    found: z.boolean().describe('Whether there is a mesh.yml.'),
    digest: z.string().describe('SHA-256 of the text whose routes are in force.'),
    problem: z.string().nullable().describe('What is wrong with the file as it is now; the routes before it count.'),
    validators: z.boolean().describe('False: events go to parts of the instance alone.'),
    lanes: z.array(lane),
  })
  .meta({ id: 'MeshState' })
export type MeshState = z.infer<typeof meshState>

export const deadLetter = z
  .object({
    id: letterId,
    route: z.string(),
    sink: z.string(),
    event: z.object({ id: uuid, type: z.string(), sequence: z.int().min(0) }),
    subject: z.string().describe('What the event is about.'),
    attempts: z.int().min(0),
    cause: z.enum(['delivery', 'schema', 'constitution', 'trust']).describe('What stood against it.'),
    reason: z.string(),
    first_at: timestamp,
    last_at: timestamp,
    replaying: z.boolean().describe('Whether it is being delivered again.'),
  })
  .meta({ id: 'DeadLetter' })
export type DeadLetterAnswer = z.infer<typeof deadLetter>

export const deadLettersQuery = z.strictObject({ route: routeName.optional(), ...page })
export const deadLetterPage = paged(deadLetter, 'DeadLetterPage')
export type DeadLetterPage = z.infer<typeof deadLetterPage>

export const deadLetterChoice = z
  .strictObject({
    ids: z.array(letterId).min(1).max(MESH_LIMITS.lettersMax).optional(),
    route: routeName.optional().describe('All of a route, 500 at a time.'),
  })
  .refine(({ ids, route }) => (ids === undefined) !== (route === undefined), {
    error: 'either ids or a route',
  })

export const deadLettersDone = z
  .object({ events: z.int().min(0).describe('Dead letters that it was done to.') })
  .meta({ id: 'DeadLettersDone' })
export type DeadLettersDone = z.infer<typeof deadLettersDone>

const problem = z.object({ line: z.int().nullable(), path: z.string(), message: z.string() })

/** What `mesh lint --json` prints. */
export const meshLintAnswer = z.object({
  ok: z.boolean(),
  routes: z.int().min(0),
  digest: z.string().nullable(),
  problems: z.array(problem),
  warnings: z
    .array(problem)
    .describe('What may be otherwise where the instance runs: a variable that is not set here.'),
})
export type MeshLintAnswer = z.infer<typeof meshLintAnswer>
