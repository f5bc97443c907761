import type { AnswerOf } from '@forge-cascade/contract'
import { capsuleUri, type ToolOutput } from '@forge-cascade/contract/agents'
import { sourceInWords } from '../../source-in-words.ts'
import { scopeOf } from '../connection.ts'
import { type RecordedPiece, recorded } from '../recorded-text.ts'
import { bestStretch } from '../stretch.ts'
import { tokensOf } from '../token-budget.ts'
import type { Tool } from '../tool-answer.ts'

type Found = AnswerOf<'searchCapsulesByBody'>['hits'][number]
type Hit = ToolOutput<'recall'>['hits'][number]

/** Of several hits none takes more of the room than this share. */
const SHARE = 0.4
/** A shorter stretch of a text says too little. */
const STRETCH_TOKENS_MIN = 40
/** What stands around the text of a hit: its address, trust, date, source. */
const FACTS_TOKENS = 60
const DAY_MS = 24 * 60 * 60 * 1000

/** Searches, and shows of each hit what fits. */
export const recall: Tool<'recall'> = async (input, call) => {
  const { query, limit, max_tokens, type, tags, min_trust, as_of } = input
  const body = { q: query, limit, explain: true, type, tag: tags, min_trust, as_of, ...scopeOf(call, input) }
  const { hits: found, notices } = await call.perform('searchCapsulesByBody', { body })
  const hits = pack(found, max_tokens, call.now)
  const mark = call.mark(hits.map(({ text }) => text))
  return {
    structured: { hits, found: found.length, omitted: found.length - hits.length, notices },
    text: [heading(hits.length, found.length), ...notices, ...recorded(hits.map(pieceOf), mark)],
    links: hits,
  }
}

const heading = (shown: number, found: number): string => {
  if (found === 0) return 'Nothing was found. Other words may help, or a lower min_trust.'
  return shown === found
    ? `${shown} found, best first.`
    : `${shown} of ${found} found, best first; max_tokens leaves no room for the others.`
}

/** Hits in their order, each with as much of its text as it may take; the first has a text however little room there is. */
function pack(found: readonly Found[], room: number, now: number): Hit[] {
  const hits: Hit[] = []
  const most = found.length === 1 ? room : Math.ceil(room * SHARE)
  let left = room
  for (const one of found) {
    const tokens = Math.min(left, most) - (hits.length === 0 ? 0 : FACTS_TOKENS)
    if (tokens < STRETCH_TOKENS_MIN) break
    const hit = hitOf(one, tokens, now)
    left -= tokensOf(hit.text) + FACTS_TOKENS
    hits.push(hit)
  }
  return hits
}

function hitOf({ capsule, score, explain }: Found, tokens: number, now: number): Hit {
  const { id, version, title, type, content, valid_from, source } = capsule
  const { start, end } = bestStretch(content, explain?.highlights ?? [], tokens)
  return {
    id,
    version,
    uri: capsuleUri(id, version),
    title,
    type,
    trust: capsule.effective_trust,
    trust_level: capsule.effective_trust_level,
    valid_from,
    age_days: Math.max(0, Math.round(((now - Date.parse(valid_from)) / DAY_MS) * 10) / 10),
    where: sourceInWords(source),
    score,
    text: content.slice(start, end),
    start,
    end,
    length: content.length,
  }
}

const pieceOf = ({
  uri,
  title,
  trust,
  trust_level,
  valid_from,
  where,
  text,
  start,
  end,
  length,
}: Hit): RecordedPiece => ({
  facts: {
    uri,
    title,
    trust: `${trust} ${trust_level}`,
    valid_from,
    source: where,
    part: end - start === length ? undefined : `${start}-${end} of ${length}`,
  },
  text,
})
