import { type AnswerOf, heldAnswer, type OperationId, ROUTES, type RouteDefinition } from '@forge-cascade/contract'
import { CascadeError, type Random } from '#base'
import type { HttpClient, Query } from './http-client.ts'

export interface CallInput {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Query
  readonly body?: unknown
  /** The ETag that must still be the capsule's. */
  readonly ifMatch?: string
  /** Makes it count once, however often a command sends it; else each command has a key of its own. */
  readonly idempotencyKey?: string
  /** Breaks off this call alone. */
  readonly signal?: AbortSignal
  /** Told what was let pass and would have been refused, in the place of the person. */
  readonly onWarning?: (warning: string) => void
}

export interface Called<Id extends OperationId> {
  /** As the contract describes it. */
  readonly answer: AnswerOf<Id>
  /** The same, exactly as it came: for `--json`. */
  readonly raw: unknown
}

const KEY_BYTES = 16
const SUCCESSES = [200, 201, 202] as const

/** A key that makes a request count once, however often it is sent. */
const newKey = (random: Random): string => Buffer.from(random(new Uint8Array(KEY_BYTES))).toString('hex')

/** A request, ready to be sent, and to be sent again. */
export interface PreparedCall<Id extends OperationId> {
  readonly id: Id
  readonly input: CallInput
  readonly headers: Readonly<Record<string, string>>
  /** True when sending it twice does no more than sending it once. */
  readonly repeatable: boolean
}

export function prepareCall<Id extends OperationId>(id: Id, input: CallInput, random: Random): PreparedCall<Id> {
  const { method, idempotent } = rowOf(id)
  return {
    id,
    input,
    headers: { ...(idempotent && { 'idempotency-key': input.idempotencyKey ?? newKey(random) }), ...ifMatchOf(input) },
    repeatable: method === 'GET' || idempotent === true || (REPEATABLE.has(id) && input.ifMatch === undefined),
  }
}

const ifMatchOf = ({ ifMatch }: CallInput): Record<string, string> =>
  ifMatch === undefined ? {} : { 'if-match': ifMatch }

/** POST routes that change nothing, and what changes nothing more the second time. */
const REPEATABLE: ReadonlySet<OperationId> = new Set<OperationId>([
  'archiveCapsule',
  'ask',
  'searchCapsulesByBody',
  'runDoctor',
  'cancelImport',
  'eraseCapsule',
  'createErasure',
  'repairStore',
])

/**
 * Sends a call and checks the answer against the contract.
 *
 * @throws CascadeError as {@link HttpClient.request}, APPROVAL_REQUIRED for what waits for an approval, and NO_SERVER for an
 *   answer of another shape.
 */
export async function sendCall<Id extends OperationId>(
  client: HttpClient,
  call: PreparedCall<Id>,
): Promise<Called<Id>> {
  const row = rowOf(call.id)
  const { params = {}, query, body, signal, onWarning } = call.input
  const path = pathOf(call.id, params)
  const { status, body: raw } = await client.request(row.method, path, {
    query,
    body,
    headers: call.headers,
    signal,
    onWarning,
  })
  if (status === 202) throwHeld(raw)
  return { answer: parseAnswer(row, status, raw) as AnswerOf<Id>, raw }
}

/** A request that waits for an approval was not carried out; whoever sent it hears so. */
function throwHeld(raw: unknown): void {
  const held = heldAnswer.safeParse(raw)
  if (!held.success) return
  const { approval } = held.data
  const { id, action, resource, expires_at, decision_id } = approval
  throw new CascadeError(
    'APPROVAL_REQUIRED',
    `${action} on ${resource} waits for an approval until ${expires_at}: ${id}. Nothing was done yet.`,
    { extensions: { approval, decision_id } },
  )
}

/** The path of an operation, with its parameters in their places. */
export const pathOf = (id: OperationId, params: Readonly<Record<string, string>> = {}): string =>
  rowOf(id).path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

export const methodOf = (id: OperationId): RouteDefinition['method'] => rowOf(id).method

const rowOf = (id: OperationId): RouteDefinition => {
  const row = ROUTES.find((each) => each.id === id)
  if (row === undefined) throw new CascadeError('INTERNAL', `The contract has no operation ${id}.`)
  return row
}

/** The type of what it gives is that of the row's schema for a success; the caller knows the row. */
function parseAnswer(row: RouteDefinition, status: number, raw: unknown): unknown {
  const schema = (row.responses[status] ?? SUCCESSES.map((each) => row.responses[each]).find(Boolean))?.schema
  if (schema === undefined) return raw
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const { path = [], message = '' } = parsed.error.issues[0] ?? {}
  throw new CascadeError(
    'NO_SERVER',
    `The answer of ${row.id} is not what this version understands (/${path.join('/')}: ${message}). Is the instance of another version?`,
  )
}
