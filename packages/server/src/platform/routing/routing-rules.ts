import { ACTIONS, ROUTING_LIMITS } from '@forge-cascade/contract'
import { z } from 'zod'

/** The embedder that the configuration file names (`embedding.*`): always there, and what serves where no rule says otherwise. */
export const CONFIGURED = 'configured'

const NAME = /^[a-z][a-z0-9-]{0,39}$/
const name = () => z.string().regex(NAME, 'a name of a-z, 0-9 and -, such as east')
const weight = () => z.int().min(0).max(1_000_000)
/** One value or a list of them, each of which fits. */
const oneOf = <S extends z.ZodType>(value: S) =>
  z.union([value.transform((one) => [one]), z.array(value).min(1).max(100)])
const text = () => z.string().min(1).max(200)
// Object.keys widens the keys of the table to string; they are exactly its actions.
const ACTION_NAMES = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]

const circuit = z.strictObject({
  failures: z.int().min(1).max(1000).default(3),
  open_ms: z.int().min(10).max(3_600_000).default(10_000),
  probes: z.int().min(1).max(100).default(1),
})
export type CircuitSettings = z.output<typeof circuit>
export const CIRCUIT_DEFAULTS: CircuitSettings = circuit.parse({})

const provider = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'an http or https address' }),
  model: text(),
  dimensions: z.int().min(1).max(4096).optional(),
  /** Name of the model at this provider, where it differs. */
  served_as: text().optional(),
  /** Only names that begin so: rules may be changed over HTTP, and must not send other secrets of the process anywhere. */
  api_key_env: z
    .string()
    .regex(/^ROUTING_KEY_[A-Z0-9_]{1,60}$/, 'the name of a variable that begins with ROUTING_KEY_')
    .optional(),
  /** A file beside the rules, by a name that nothing else has its key under, for the same reason. */
  api_key_file: z
    .string()
    .regex(/^routing-[\w.-]{1,90}\.key$/, 'a file name that begins with routing- and ends in .key, beside the rules')
    .optional(),
  timeout_ms: z.int().min(10).max(600_000).default(10_000),
  batch_max: z.int().min(1).max(2048).default(64),
  circuit: circuit.prefault({}),
})
export type ProviderRule = z.output<typeof provider>

const when = z.strictObject({
  purpose: oneOf(z.enum(['query', 'document'])).optional(),
  action: oneOf(z.enum(ACTION_NAMES)).optional(),
  /** Ids or names. */
  subject: oneOf(text()).optional(),
  kind: oneOf(z.enum(['person', 'agent', 'service'])).optional(),
  role: oneOf(z.enum(['administrator', 'steward', 'auditor', 'member'])).optional(),
  lane: oneOf(text()).optional(),
  trust_min: z.int().min(0).max(100).optional(),
  characters_min: z.int().min(0).optional(),
  characters_max: z.int().min(0).optional(),
  /** From the first hour to before the second, UTC; over midnight where the first is later. */
  hours: z
    .tuple([z.int().min(0).max(23), z.int().min(0).max(24)], 'expected a list of two hours, such as [22, 6]')
    .optional(),
  /** Share of the ids, by their bucket. */
  percent: z.number('expected a number from 0 to 100, such as 25').min(0).max(100).optional(),
})
export type Conditions = z.output<typeof when>

const rule = z.strictObject({
  name: name(),
  when: when.prefault({}),
  split: z
    .array(z.strictObject({ provider: name(), weight: weight() }))
    .min(1)
    .max(ROUTING_LIMITS.armsMax),
  sticky: z.enum(['subject', 'lane', 'text']).default('subject'),
  salt: text().optional(),
  fallbacks: z.array(name()).max(ROUTING_LIMITS.armsMax).optional(),
})
export type RoutingRule = z.output<typeof rule>

const penalty = z.strictObject({
  /** Part of a weight that a drift of 1 takes. */
  strength: z.number().min(0).max(1).default(0.5),
  /** Part of a weight that always stays. */
  floor: z.number().min(0).max(1).default(0.1),
})
export type PenaltySettings = z.output<typeof penalty>
export const PENALTY_DEFAULTS: PenaltySettings = penalty.parse({})

/** What a file of rules says. */
export const routingSchema = z.strictObject({
  version: z.literal(1),
  providers: z
    .record(name(), provider)
    .refine(
      (all) => Object.keys(all).length <= ROUTING_LIMITS.providersMax,
      `at most ${ROUTING_LIMITS.providersMax} providers`,
    )
    .default({}),
  rules: z.array(rule).max(ROUTING_LIMITS.rulesMax).default([]),
  penalty: penalty.prefault({}),
})
export type RoutingRules = z.output<typeof routingSchema>

/** No rules: the configured embedder serves everything. */
export const NO_RULES: RoutingRules = { version: 1, providers: {}, rules: [], penalty: PENALTY_DEFAULTS }
