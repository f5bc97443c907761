import { BULK_LIMITS, type BulkLine, type BulkPreview, type RouteRow } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import {
  BULK_ACTIONS,
  type BulkPlan,
  type BulkStep,
  type Call,
  type CapsuleContext,
  countHeld,
  getBulkPlan,
  planBulk,
  runBulk,
  seenBy,
} from '#capsules'
import { toCascadeError } from '../framework-error.ts'
import type { HandlerRequest, HandlersFor, OperationsOf } from '../handler.ts'
import { InFlight } from '../idempotency.ts'
import { presentReceipt } from '../present/capsule.ts'
import { toProblem } from '../problem.ts'
import type { HandlerContext } from './handler-context.ts'

type RunRequest = HandlerRequest<RouteRow<'runBulk'>>

/** Many capsules at once: previewed, then changed. */
export function bulkHandlers(context: HandlerContext): HandlersFor<OperationsOf<'Bulk'>> {
  const { capsules } = context
  const inFlight = new InFlight()
  return {
    previewBulk: async ({ call, body }) => {
      const seen = await seenBy(capsules, call.subject)
      return { status: 200, body: await presentPreview(seen, await planBulk(seen, call, body)) }
    },
    runBulk: async (request) => {
      const plan = await getBulkPlan(capsules, request.params.token, request.call.subject.id)
      const action = BULK_ACTIONS[plan.row.operation]
      const given = { grant: await request.grantForLines(action), decideEach: request.decideEach(action) }
      const running = new DisposableStack()
      running.use(inFlight.enter(plan.row.id))
      const lines = answerRun(context, request, { ...request.call, ...given }, plan)
      return { status: 200, lines: whileOpen(lines, request.signal, running) }
    },
  }
}

/** A client that goes before the first line is asked for leaves nothing behind either. */
function whileOpen(lines: AsyncIterable<string>, signal: AbortSignal, running: DisposableStack): AsyncIterable<string> {
  signal.addEventListener('abort', () => running.dispose(), { once: true })
  if (signal.aborted) running.dispose()
  return (async function* () {
    using _running = running
    yield* lines
  })()
}

async function presentPreview(capsules: CapsuleContext, { row, capsules: all }: BulkPlan): Promise<BulkPreview> {
  const first = all.slice(0, BULK_LIMITS.sampleMax).map(({ id }) => id)
  const heads = await capsules.store.capsules.getHeads(first)
  return {
    token: row.id,
    operation: row.operation,
    count: row.count,
    sample: heads.map(({ id, version, title, status }) => ({ id, version, title, status })),
    held: row.operation === 'erase' ? await countHeld(capsules, all) : 0,
    expires_at: toRfc3339(row.expiresAt),
  }
}

/** Lines as soon as their stretch is durable. What breaks it off is the last line: the status is sent before that. */
async function* answerRun(
  context: HandlerContext,
  request: RunRequest,
  call: Call,
  plan: BulkPlan,
): AsyncGenerator<string, void, undefined> {
  const { erasures, logger } = context
  try {
    const capsules = await seenBy(context.capsules, call.subject)
    for await (const step of runBulk(capsules, erasures, call, plan, request.signal)) {
      count(context, plan, step)
      yield linesOf(request, step)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('')
    }
  } catch (thrown) {
    const error = toCascadeError(thrown)
    if (error.status >= 500) logger.error('a bulk change was broken off', { code: error.code, error: thrown })
    yield `${JSON.stringify({ problem: toProblem(error, placeOf(request)) } satisfies BulkLine)}\n`
  }
}

function linesOf(request: RunRequest, step: BulkStep): readonly BulkLine[] {
  if ('end' in step) return [step]
  return step.ends.map(({ line, id, ...end }) =>
    'error' in end
      ? { line, id, problem: toProblem(end.error, placeOf(request)) }
      : { line, id, receipt: presentReceipt(end.receipt) },
  )
}

const placeOf = ({ params, correlationId }: RunRequest) => ({
  instance: `/v2/capsules/bulk/${params.token}`,
  correlationId,
})

function count({ metrics }: HandlerContext, { row: { operation } }: BulkPlan, step: BulkStep): void {
  if ('ends' in step) return
  for (const outcome of ['changed', 'unchanged', 'failed'] as const)
    metrics.count('cascade_bulk_capsules_total', step.end[outcome], { operation, outcome })
}
