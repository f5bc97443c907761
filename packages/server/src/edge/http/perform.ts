import type { Action, AnswerOf, CapsuleCreate, OperationId, RouteDefinition } from '@forge-cascade/contract'
import type { z } from 'zod'
import { CascadeError, type FieldProblem } from '#base'
import type { Call } from '#capsules'
import { type CarryOut, type Gate, requireGrant } from '#governance'
import { withDeadline } from '#lifecycle'
import type { OperationInput, Perform } from '#mcp'
import { withCorrelationId } from '#observability'
import { type RequestPart, validate, validationFailed } from '../validate.ts'
import { type Admission, mayWait, warningOf } from './admission.ts'
import { type ApprovalDoor, heldError, refuseDryRun } from './approval-door.ts'
import { carryOutAnswer } from './carry-out.ts'
import { parseTagCondition } from './entity-tag.ts'
import { newCapsuleOf } from './facts.ts'
import type { AnyAnswer, UntypedHandler } from './handler.ts'
import { identify } from './idempotency.ts'
import { toJson } from './in-slices.ts'
import { getCredential, Visit } from './visit.ts'

export interface PerformerOptions {
  readonly routes: readonly RouteDefinition[]
  readonly handlers: Readonly<Record<string, UntypedHandler>>
  readonly admission: Admission
  readonly gate: Pick<Gate, 'carryOut'>
  readonly newId: () => string
  readonly answerMsMax: number
  readonly approvals?: ApprovalDoor
}

/** The parts of an operation's request that its schemas have parsed. */
interface Parts {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: unknown
  readonly body: unknown
}

/** Makes what carries out operations for whoever a visit let in: parsed, decided and answered as if each had come alone. */
export const performer =
  (options: PerformerOptions) =>
  (visit: Visit): Perform => {
    const perform: Perform = async (id, input) => {
      const { row, handler } = operationOf(id, options)
      const parts = parse(row, input)
      const request = {
        ...parts,
        call: await callOf(row, parts, visit, input, options),
        ifMatch: input.ifMatch === undefined ? undefined : parseTagCondition(input.ifMatch, 'if-match'),
        correlationId: visit.correlationId,
        headers: {},
        grantForLines: <A extends Action>(action: A) =>
          options.admission.grantForLines(action, getCredential(visit), visit.correlationId),
        decideEach: (action: Action) => options.admission.linesOf(visit).each(action),
        decideNew: (capsule: CapsuleCreate) => options.admission.linesOf(visit).new(capsule),
        getCredential: () => getCredential(visit),
        perform,
        isLocal: false,
        signal: input.signal ?? visit.signal,
      }
      // The parts were parsed by the schemas of the very row from which the handler's parameter type is derived.
      const handle = () => withCorrelationId(visit.correlationId, () => handler(request as never))
      const work = () => carryOutAnswer(options.gate, request.call?.grant, handle)
      return asSent<typeof id>(await inTime(work, options.answerMsMax))
    }
    return perform
  }

/** Carries out what was approved, for whoever asked and with no more than they came with, through the same door as everybody's. */
export const approvedCarrier =
  (options: PerformerOptions, head: () => number): CarryOut =>
  async (credential, { id, params, query, body, ifMatch }, approved) => {
    const visit = new Visit(options.newId(), performance.now(), head(), 'approval')
    visit.credential = credential
    visit.subject = credential.subject
    visit.approved = approved
    // They were parsed by the schemas of the operation when they came, and are again.
    const input = { params, query, body, ...(ifMatch !== null && { ifMatch }) } as OperationInput
    return performer(options)(visit)(id as OperationId, input)
  }

function operationOf(id: OperationId, { routes, handlers }: PerformerOptions) {
  const [row, handler] = [routes.find((route) => route.id === id), handlers[id]]
  if (row && handler && !row.localOnly && row.body?.contentType !== 'application/x-ndjson') return { row, handler }
  throw new CascadeError('INTERNAL', `${id} is no operation that others perform.`)
}

/** @throws CascadeError VALIDATION_FAILED with everything that is wrong. */
function parse(row: RouteDefinition, { params = {}, query = {}, body }: OperationInput): Parts {
  const problems: FieldProblem[] = []
  const part = <S extends z.ZodType>(schema: S | undefined, value: unknown, name: RequestPart) => {
    if (schema === undefined) return undefined
    const result = validate(schema, value, name)
    if (result.ok) return result.value
    problems.push(...result.problems)
    return undefined
  }
  const parts = {
    params: part(row.params, params, 'path') ?? {},
    query: part(row.query, present(query), 'query'),
    body: part(row.body?.schema, present(body), 'body'),
  }
  if (problems.length > 0) throw validationFailed(problems)
  return parts
}

/** Members without a value are not there, as in JSON. */
const present = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
    : value

async function callOf(
  row: RouteDefinition,
  { params, body }: Parts,
  { credential, correlationId, approved }: Visit,
  input: OperationInput,
  options: PerformerOptions,
): Promise<Call | undefined> {
  if (!('action' in row.access) || credential === undefined) return undefined
  const { subject } = credential
  const { admission, newId, approvals } = options
  const decision = await admission.decide(row, row.access.action, credential, { params, correlationId, approved }, body)
  if (approvals !== undefined && approved === undefined && mayWait(decision, row, options)) {
    const operation = { id: row.id, params, query: present(input.query ?? {}), body: present(input.body) ?? null }
    refuseDryRun(decision, operation)
    throw heldError(await approvals.park(decision, credential, { ...operation, ifMatch: input.ifMatch ?? null }))
  }
  const warning = warningOf(decision)
  if (warning !== undefined) input.onWarning?.(warning)
  const command = identify(undefined, { subject: subject.id, route: row.id, params, body }, newId)
  const grant = requireGrant(decision)
  return {
    subject,
    grant,
    ...newCapsuleOf(row, grant),
    command: approved ? { id: approved.commandId } : command,
    grantSubject: () => admission.grantFor('subject.create', credential, correlationId),
  }
}

async function inTime(work: () => Promise<AnyAnswer> | AnyAnswer, limitMs: number): Promise<AnyAnswer> {
  const outcome = await withDeadline(work, limitMs)
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'failed') throw outcome.error
  throw new CascadeError('OUTCOME_UNKNOWN', `There was no answer within ${limitMs / 1000} seconds.`)
}

/** What a client would have got: the JSON of the answer, read again. */
async function asSent<Id extends OperationId>({ body }: AnyAnswer): Promise<AnswerOf<Id>> {
  // An operation whose row has no schema for its success answers with nothing, and that is its type.
  if (body === undefined) return undefined as AnswerOf<Id>
  const json = await toJson(body)
  return JSON.parse(typeof json === 'string' ? json : Buffer.from(json).toString())
}
