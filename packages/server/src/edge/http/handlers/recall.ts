import type { SearchRequest } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { ask, type Call, searchCapsules, seenBy } from '#capsules'
import { withDeadline } from '#lifecycle'
import { answerText } from '../../answer-text.ts'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { presentCitation, presentHit } from '../present/recall.ts'
import type { HandlerContext } from './handler-context.ts'

/** Search and ask. Both are given up at the deadline that is configured for searches. */
export function recallHandlers(context: HandlerContext): HandlersFor<OperationsOf<'Recall'>> {
  const { capsules, metrics } = context
  const search = async ({ subject, grant: { action } }: Call, request: SearchRequest) => {
    const startedAt = performance.now()
    const found = await inTime(context, async () =>
      searchCapsules(await seenBy(capsules, subject), request, { action, subject }),
    )
    metrics.observe('cascade_memory_search_seconds', (performance.now() - startedAt) / 1000, { mode: request.mode })
    const names = await capsules.subjects.names(found.hits.map(({ capsule }) => capsule.owner))
    const explain = request.explain ? { text: request.q ?? '', weights: capsules.search.weights } : undefined
    const hits = found.hits.map((hit) => presentHit(hit, explain ? { names, explain } : { names }))
    const { mode, sequence, notices } = found
    return { status: 200, body: { hits, mode, sequence, notices }, sequence } as const
  }
  return {
    searchCapsules: ({ query, call }) => {
      if (query.q === undefined || query.q.trim() === '') throw nothingAsked()
      return search(call, { ...query, mode: 'hybrid' })
    },
    searchCapsulesByBody: ({ body, call }) => search(call, body),
    ask: async ({ body, call, correlationId }) => {
      const answered = await inTime(context, async () =>
        ask(await seenBy(capsules, call.subject), body, originOf(call)),
      )
      const { quotes, conflicts, threshold, sequence, notices } = answered
      const now = capsules.clock()
      return {
        status: 200,
        sequence,
        body: {
          answer: answerText(quotes.map(({ text }) => text)),
          mode: 'extractive',
          found: quotes.length > 0,
          citations: quotes.map((quote) => presentCitation(quote, now)),
          conflicts,
          threshold,
          sequence,
          notices,
          correlation_id: correlationId,
        },
      }
    },
  }
}

const originOf = ({ subject, grant: { action } }: Call) => ({ action, subject })

const nothingAsked = (): CascadeError =>
  new CascadeError('VALIDATION_FAILED', 'A search needs words in `q`.', {
    errors: [{ pointer: '#/query/q', code: 'required', message: 'words to search for' }],
  })

async function inTime<T>({ capsules }: HandlerContext, work: () => Promise<T>): Promise<T> {
  const outcome = await withDeadline(work, capsules.search.deadlineMs)
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'failed') throw outcome.error
  throw new CascadeError('DEADLINE_EXCEEDED', `The search took longer than ${capsules.search.deadlineMs} ms.`)
}
