import { capsuleCreate, type RouteRow } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { type Created, type CreateLine, createCapsules, inTurns, seenBy } from '#capsules'
import { validate, validationFailed } from '../../validate.ts'
import { toCascadeError } from '../framework-error.ts'
import type { HandlerRequest } from '../handler.ts'
import { bodyDigest, commandId } from '../idempotency.ts'
import { parseJson } from '../json-text.ts'
import { type InputLine, lineGroups } from '../line-groups.ts'
import { presentReceipt } from '../present/capsule.ts'
import { toProblem } from '../problem.ts'
import { countWrite } from './created.ts'
import type { HandlerContext } from './handler-context.ts'

type BatchRequest = HandlerRequest<RouteRow<'createCapsules'>>

/** What a line asks for, or why it asks for nothing. */
type ParsedLine =
  | { readonly line: number; readonly create: CreateLine }
  | { readonly line: number; readonly error: CascadeError }

/**
 * Answers a stream of capsules with a stream of receipts and problems: a line for each line, in their order, as soon as
 * its group is durable. Reading waits while answers are not taken.
 */
export async function* createBatch(context: HandlerContext, request: BatchRequest): AsyncGenerator<string> {
  const limits = { lineBytesMax: context.lineBytesMax, idleMs: context.lineIdleMs }
  let last = 0
  try {
    for await (const group of lineGroups(request.body.bytes, limits)) {
      if (request.signal.aborted) return
      last = group.at(-1)?.line ?? last
      yield await answerGroup(context, request, group)
    }
  } catch (error) {
    if (request.signal.aborted) return
    yield problemLine(request, last + 1, note(context, error))
  }
}

async function answerGroup(
  context: HandlerContext,
  request: BatchRequest,
  group: readonly InputLine[],
): Promise<string> {
  const parsed = await inTurns(
    group,
    ({ bytes }) => bytes?.byteLength ?? 0,
    (line) => parseLine(context, request, line),
  )
  const creates = parsed.flatMap((line) => ('create' in line ? [line.create] : []))
  const created = creates.length === 0 ? [] : await carryOut(context, request, creates)
  let next = 0
  return parsed
    .map((line) =>
      'error' in line ? problemLine(request, line.line, line.error) : createdLine(request, line.line, created[next++]),
    )
    .join('')
}

/** A failure of the whole group, such as a store that is away, is the problem of each of its lines. */
async function carryOut(
  context: HandlerContext,
  { call, decideNew }: BatchRequest,
  creates: readonly CreateLine[],
): Promise<readonly Created[]> {
  try {
    const created = await createCapsules(await seenBy(context.capsules, call.subject), { ...call, decideNew }, creates)
    for (const one of created) countWrite(context.metrics, one)
    return created
  } catch (thrown) {
    const error = note(context, thrown)
    return creates.map(() => ({ outcome: { ok: false, error }, draft: undefined }))
  }
}

function parseLine(
  { capsules, lineBytesMax }: HandlerContext,
  request: BatchRequest,
  { line, bytes }: InputLine,
): ParsedLine {
  try {
    if (!bytes) throw new CascadeError('PAYLOAD_TOO_LARGE', `The line is longer than ${lineBytesMax} bytes.`)
    const body = parseJson(bytes)
    const parsed = validate(capsuleCreate, body, 'body')
    if (!parsed.ok) throw validationFailed(parsed.problems)
    const key = request.body.idempotencyKey
    const { subject } = request.call
    const command =
      key === undefined
        ? { id: capsules.newId().replaceAll('-', '') }
        : { id: commandId(subject.id, 'createCapsules', key, line), bodyDigest: bodyDigest({}, body) }
    return { line, create: { input: parsed.value, command } }
  } catch (error) {
    return { line, error: toCascadeError(error) }
  }
}

function createdLine(request: BatchRequest, line: number, created: Created | undefined): string {
  if (!created) return problemLine(request, line, new CascadeError('INTERNAL', 'The line has no outcome.'))
  const { outcome } = created
  if (!outcome.ok) return problemLine(request, line, outcome.error)
  return `${JSON.stringify({ line, receipt: presentReceipt(outcome.receipt) })}\n`
}

function problemLine({ body, correlationId }: BatchRequest, line: number, error: CascadeError): string {
  return `${JSON.stringify({ line, problem: toProblem(error, { instance: body.instance, correlationId }) })}\n`
}

function note({ logger }: HandlerContext, thrown: unknown): CascadeError {
  const error = toCascadeError(thrown)
  if (error.status >= 500) logger.error('a batch failed', { code: error.code, error: thrown })
  return error
}
