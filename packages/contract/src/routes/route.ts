import type { z } from 'zod'
import type { Action } from '../actions.ts'
import type { ErrorCode } from '../errors.ts'

/** Why a route needs no token and no decision; the list of these is tested to be exactly what the specification allows. */
export type Exemption = 'probe' | 'metrics' | 'static' | 'witness'

export interface ResponseDefinition {
  readonly description: string
  readonly schema?: z.ZodType
  readonly contentType?: string
  readonly example?: unknown
}

export const ROUTE_TAGS = {
  Recall: 'Search and ask.',
  Capsules: 'Pieces of knowledge: create, read, version, archive, trust.',
  Sharing: 'Who else may read, change or fork a capsule.',
  Bulk: 'Many capsules at once: previewed, then changed.',
  Lineage: 'Where capsules come from and how they hang together.',
  Import: 'Folders, repositories and files become capsules.',
  Export: 'Knowledge taken away: everything, or one capsule with where it comes from.',
  Agents: 'The door of agents: the tools of the Model Context Protocol.',
  Events: 'What happened, told to others, and what others tell.',
  Embedding: 'The model of the vectors, and its change.',
  Routing: 'Which provider makes a vector: rules, and how the providers stand.',
  Archive: 'Segments outside the store: what moves into them, and comes back.',
  Ledger: 'What happened, signed and provable.',
  Artifacts: 'What comes from elsewhere, verified before it is trusted.',
  Witness: 'Vouching for the logs of others, as C2SP tlog-witness says; without a token, where it is configured.',
  Keeping: 'Legal holds, and what is erased for good.',
  Governance:
    'What may happen, and who is trusted with it: decisions, policies, approvals, proposals, the kill switch, trust of subjects.',
  Mesh: 'Routes of events, and what could not be delivered.',
  Identity: 'Who there is, and what each comes in with.',
  System: 'The instance itself.',
  Probes: 'Answered without a token: probes, metrics, this description and its pages.',
} as const satisfies Record<string, string>

export type RouteTag = keyof typeof ROUTE_TAGS

/**
 * One route: what it is called, what it does, who may, what goes in and what comes out. The HTTP edge mounts these rows
 * and nothing else; OpenAPI, the reference page and the clients are made from the same rows.
 */
export interface RouteDefinition {
  /** Name of the operation, camelCase, unique. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** OpenAPI style: `/v2/capsules/{id}`. */
  readonly path: string
  /** The last parameter is the rest of the path, slashes and all. */
  readonly rest?: boolean
  readonly tag: RouteTag
  readonly summary: string
  readonly description?: string
  readonly access: /** How risky it is stands with the action (`ACTION_TRAITS`). */
  { readonly action: Action } | { readonly exempt: Exemption }
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: {
    readonly schema: z.ZodType
    /** `text/plain`: the bytes as they come, whatever they are called. */
    readonly contentType?: 'application/json' | 'application/x-ndjson' | 'text/plain'
    readonly example?: unknown
  }
  /** Success first. Problems are listed in `errors`. */
  readonly responses: Readonly<Record<number, ResponseDefinition>>
  /** Beyond those every route can give. */
  readonly errors?: readonly ErrorCode[]
  /** Needs `If-Match`, or honours it where it is sent. */
  readonly ifMatch?: 'required' | 'optional'
  /** Answers carry an `ETag`; a GET honours `If-None-Match` with 304. */
  readonly etag?: boolean
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean
  /** Refuses requests of web pages whose origin is no name that the instance answers to, whatever token they carry. */
  readonly ownPagesOnly?: boolean
  /** Answered on the local socket alone, which only the user of the instance can open. */
  readonly localOnly?: boolean
  /** A body with `dry_run: true` changes nothing: where the action is held, that is decided as this one. */
  readonly dryRunAs?: Action
  /** May take longer than any deadline: it streams, or reads the whole store. */
  readonly unhurried?: boolean
}

/** Problems that any governed route can answer with. */
export const COMMON_ERRORS = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'VALIDATION_FAILED',
  'RATE_LIMITED',
  'EMERGENCY_ACTIVE',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
] as const satisfies readonly ErrorCode[]

/** A JSON answer. Generic, so that the row keeps the type of its schema for those who answer it. */
export const json = <S extends z.ZodType, E = undefined>(description: string, schema: S, example?: E) => ({
  description,
  schema,
  example,
})
