import type { AnswerOf } from '@forge-cascade/contract'
import { capsuleUri } from '@forge-cascade/contract/agents'
import { scopeOf } from '../connection.ts'
import { type RecordedPiece, recorded } from '../recorded-text.ts'
import type { Tool } from '../tool-answer.ts'

type Answer = AnswerOf<'ask'>

/** Asks, and gives the quotes exactly as the HTTP interface does. */
export const ask: Tool<'ask'> = async (input, call) => {
  const { question, quotes, min_trust, as_of } = input
  const body = { question, quotes, min_trust, as_of, ...scopeOf(call, input) }
  const { answer, mode, found, conflicts, notices, citations } = await call.perform('ask', { body })
  const cited = citations.map((one) => ({ ...one, uri: capsuleUri(one.capsule_id, one.version) }))
  const mark = call.mark(citations.map(({ quote }) => quote))
  return {
    structured: { answer, mode, found, conflicts, citations: cited, notices },
    text: [
      found ? `Verbatim quotes: ${citations.length}. No language model wrote them.` : answer,
      ...notices,
      ...recorded(citations.map(pieceOf), mark),
      ...conflicts.map(({ citations: numbers, reason }) => `Citations ${numbers.join(' and ')} disagree: ${reason}`),
    ],
    links: cited.map(({ capsule_id: id, version, title }) => ({ id, version, title })),
  }
}

const pieceOf = (
  { capsule_id, version, title, quote, trust, valid_from, where }: Answer['citations'][number],
  index: number,
): RecordedPiece => ({
  facts: { citation: index + 1, uri: capsuleUri(capsule_id, version), title, trust, valid_from, source: where },
  text: quote,
})
