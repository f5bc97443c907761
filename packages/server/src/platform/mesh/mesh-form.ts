import { z } from 'zod'
import { eventFilter } from './event-filter.ts'
import { TYPE_PATTERN } from './type-pattern.ts'

/** Of mesh.yml. Source: docs/concepts/mesh.md. */
export const MESH_FILE_LIMITS = {
  bytesMax: 1024 * 1024,
  routesMax: 100,
  patternsMax: 50,
  sinksMax: 10,
  attemptsMax: 100,
} as const

const HOUR_MS = 3_600_000
const UNITS = { ms: 1, s: 1000, m: 60_000, h: HOUR_MS } as const

const DURATION = 'expected a duration such as 250ms, 1s, 5m or 1h'

/** `250ms`, `1s`, `5m`, `1h`, as milliseconds. */
const duration = (minMs: number, maxMs: number) =>
  z
    .string({ error: DURATION })
    .regex(/^\d{1,9}(?:ms|s|m|h)$/, { error: DURATION })
    .transform((text) => {
      const unit = text.replace(/^\d+/, '')
      // The pattern lets these units pass and no others.
      return Number.parseInt(text, 10) * UNITS[unit as keyof typeof UNITS]
    })
    .refine((ms) => ms >= minMs && ms <= maxMs, { error: `expected between ${minMs} ms and ${maxMs / 1000} s` })

export const meshName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, { error: 'expected a name of a-z, 0-9 and -, at most 60 characters' })

const RETRY = { attempts: 8, first: 1000, last: 300_000, timeout: 30_000 }

const retry = z.strictObject({
  attempts: z.int().min(1).max(MESH_FILE_LIMITS.attemptsMax).default(RETRY.attempts),
  first: duration(1, HOUR_MS).default(RETRY.first),
  last: duration(1, HOUR_MS).default(RETRY.last),
  timeout: duration(1, 10 * 60_000).default(RETRY.timeout),
})

/** Whatever else stands in it is read by its kind. */
export const meshSink = z.looseObject({ kind: z.string(), name: meshName })

const route = z.strictObject({
  name: meshName,
  match: z
    .array(z.string().regex(TYPE_PATTERN, { error: 'expected a pattern such as cascade.capsule.* or **' }))
    .min(1)
    .max(MESH_FILE_LIMITS.patternsMax),
  filter: eventFilter.optional(),
  sinks: z.array(meshSink).min(1).max(MESH_FILE_LIMITS.sinksMax),
  retry: retry.default(RETRY),
  order: z.enum(['subject', 'none']).default('subject'),
  min_trust: z.int().min(1).max(100).default(40),
  from: z.enum(['now', 'beginning']).default('now'),
  paused: z.boolean().default(false),
})

/** What a mesh.yml says. */
export const meshFile = z.strictObject({
  version: z.literal(1),
  routes: z.array(route).max(MESH_FILE_LIMITS.routesMax).default([]),
})
