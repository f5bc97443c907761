import { z } from 'zod'
import { ACTIONS } from './actions.ts'
import { scopeName, timestamp, uuid } from './capsule.ts'
import { textOf } from './text.ts'
import { CAPSULE_LIMITS } from './vocabulary.ts'

/** How long rules may be, and what they may hold. */
export const ROUTING_LIMITS = { textBytesMax: 32 * 1024, providersMax: 32, rulesMax: 64, armsMax: 16 } as const

const text = textOf(ROUTING_LIMITS.textBytesMax)
const digest = z.string().describe('SHA-256 of the text, in hex; of nothing where there are no rules.')

const finding = z.object({
  severity: z.enum(['error', 'warning']),
  line: z.int().min(1),
  path: z.string().describe('Such as `rules.0.split`; empty for the whole.'),
  message: z.string(),
  fix: z.string().describe('What to do about it.'),
})
export type RoutingFindingShown = z.output<typeof finding>

export const routingLintAnswer = z
  .object({
    ok: z.boolean().describe('False when a finding is an error.'),
    rules: z.int(),
    providers: z.int(),
    findings: z.array(finding),
  })
  .meta({ id: 'RoutingLint' })
export type RoutingLint = z.output<typeof routingLintAnswer>

export const routing = z
  .object({
    file: z.string().describe('Where the rules lie.'),
    digest,
    text: z.string().nullable().describe('The rules that count; null where there are none. Keys never stand in them.'),
    applied_at: timestamp.nullable(),
    applied_by: uuid.nullable(),
    findings: z.array(finding).describe('What is wrong with the file as it lies there: what was sound last counts.'),
    model: z.string().describe('Whose vectors every provider makes.'),
    dimensions: z.int(),
    providers: z.array(
      z.object({
        name: z.string().describe('`configured` is the embedder of the configuration.'),
        address: z.string().nullable().describe('Without path and query; null for the configured one.'),
        circuit: z
          .enum(['closed', 'open', 'half-open'])
          .describe('`open`: asked by nobody until `open_until`; `half-open`: by a few that probe it.'),
        open_until: timestamp.nullable(),
        calls: z.int().describe('Since the start, or since its declaration changed.'),
        failures: z.int(),
        drift: z
          .object({ value: z.number(), samples: z.int(), at: timestamp })
          .nullable()
          .describe('How far its answers are from those of the model, 0-1; null before they were measured.'),
        factor: z.number().describe('The part of its weights that drift leaves.'),
      }),
    ),
    rules: z.array(
      z.object({
        name: z.string(),
        split: z.array(
          z.object({
            provider: z.string(),
            weight: z.number(),
            share: z.number().describe('Of the ids, 0-1, as drift leaves the weights.'),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Routing' })
export type Routing = z.output<typeof routing>

export const routingBody = z.strictObject({
  text: text.describe('The rules, in YAML.'),
  dry_run: z.boolean().default(false).describe('Only says what is wrong with them.'),
})

export const routingChange = z
  .object({
    applied: z.boolean(),
    digest: z.string().nullable().describe('Of the new rules; null where they are not sound.'),
    previous: digest,
    findings: z.array(finding),
  })
  .meta({ id: 'RoutingChange' })
export type RoutingChange = z.output<typeof routingChange>

// Object.keys widens the keys of the table to string; they are exactly its actions.
const ACTION_NAMES = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]

export const routingQuestion = z.strictObject({
  purpose: z.enum(['query', 'document']).default('query'),
  action: z.enum(ACTION_NAMES).optional(),
  subject: z.string().min(1).max(CAPSULE_LIMITS.ownerLengthMax).optional().describe('An id or a name.'),
  lane: scopeName.optional(),
  characters: z.int().min(0).optional().describe('Of all texts; those of `text` where it is left out.'),
  text: textOf(CAPSULE_LIMITS.titleLengthMax).optional().describe('For rules that are sticky by the text.'),
  at: timestamp.optional().describe('Now where it is left out.'),
  rules: text.optional().describe('Rules in YAML that are asked in the place of those that count.'),
})

export const routingAnswer = z
  .object({
    rule: z.string().nullable().describe('Null where no rule fits.'),
    bucket: z.int().nullable().describe('0-9999; null without a rule.'),
    arm: z.string().describe('The arm that the id has, whether it answers now or not.'),
    provider: z.string().nullable().describe('Who is asked first; null where every circuit is open.'),
    fallbacks: z.array(z.string()).describe('Who is asked after that, in this order.'),
    reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  })
  .meta({ id: 'RoutingDecision' })
export type RoutingAnswer = z.output<typeof routingAnswer>
