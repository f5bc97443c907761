import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'
import { AGENTS } from './agents.ts'
import { APPROVALS } from './approvals.ts'
import { ARCHIVE } from './archive.ts'
import { ARTIFACTS } from './artifacts.ts'
import { BULK } from './bulk.ts'
import { CAPSULES } from './capsules.ts'
import { EMBEDDING } from './embedding.ts'
import { EMERGENCY } from './emergency.ts'
import { EVENTS } from './events.ts'
import { EXPORTS } from './export.ts'
import { GOVERNANCE } from './governance.ts'
import { IDENTITY } from './identity.ts'
import { IMPORTS } from './imports.ts'
import { KEEPING } from './keeping.ts'
import { LEDGER } from './ledger.ts'
import { LINEAGE } from './lineage.ts'
import { MESH } from './mesh.ts'
import { PROBES } from './probes.ts'
import { PROPOSALS } from './proposals.ts'
import { RECALL } from './recall.ts'
import { COMMON_ERRORS, type RouteDefinition } from './route.ts'
import { ROUTING } from './routing.ts'
import { SHARES } from './shares.ts'
import { SUBJECT_TRUST } from './subject-trust.ts'
import { SYSTEM } from './system.ts'
import { TRUST } from './trust.ts'
import { WITNESS } from './witness.ts'

const ROWS = [
  ...RECALL,
  ...CAPSULES,
  ...BULK,
  ...TRUST,
  ...SHARES,
  ...LINEAGE,
  ...IMPORTS,
  ...EXPORTS,
  ...AGENTS,
  ...EVENTS,
  ...EMBEDDING,
  ...ROUTING,
  ...ARCHIVE,
  ...LEDGER,
  ...ARTIFACTS,
  ...WITNESS,
  ...KEEPING,
  ...GOVERNANCE,
  ...EMERGENCY,
  ...MESH,
  ...SUBJECT_TRUST,
  ...IDENTITY,
  ...APPROVALS,
  ...PROPOSALS,
  ...SYSTEM,
  ...PROBES,
] as const

/** The rows with their exact types: what a client or a handler derives its own types from. */
export type RouteRows = (typeof ROWS)[number]
export type OperationId = RouteRows['id']
export type RouteRow<Id extends OperationId> = Extract<RouteRows, { readonly id: Id }>

type Responses<Id extends OperationId> = RouteRow<Id>['responses']
type SchemaOf<Response> = Response extends { readonly schema: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined

/** What an operation answers when it succeeds; undefined for one that answers with nothing. */
export type AnswerOf<Id extends OperationId> = {
  [Status in keyof Responses<Id>]: Status extends 200 | 201 | 202 | 204 ? SchemaOf<Responses<Id>[Status]> : never
}[keyof Responses<Id>]

/** Every route there is. */
export const ROUTES: readonly RouteDefinition[] = ROWS

const BODY_ERRORS = ['MALFORMED_JSON', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE', 'REQUEST_TIMEOUT'] as const
const IDEMPOTENCY_ERRORS = ['IDEMPOTENCY_KEY_REUSED', 'IN_FLIGHT'] as const
const IF_MATCH_ERRORS = {
  required: ['PRECONDITION_REQUIRED', 'REVISION_MISMATCH'],
  optional: ['REVISION_MISMATCH'],
} as const

/** Every problem a route can answer with: its own and those that follow from what it takes. */
export function errorsOf(route: RouteDefinition): readonly ErrorCode[] {
  const own = route.errors ?? []
  const taken = route.params || route.query ? (['VALIDATION_FAILED'] as const) : []
  if ('exempt' in route.access) return [...new Set<ErrorCode>([...own, ...taken, 'INTERNAL'])]
  return [
    ...new Set<ErrorCode>([
      ...COMMON_ERRORS,
      ...(route.body ? BODY_ERRORS : []),
      ...(route.idempotent ? IDEMPOTENCY_ERRORS : []),
      ...(route.ifMatch ? IF_MATCH_ERRORS[route.ifMatch] : []),
      ...own,
    ]),
  ]
}
