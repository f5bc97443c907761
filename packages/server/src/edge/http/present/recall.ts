import { toRfc3339 } from '#base'
import { type Hit, highlight, type Passage, type SearchSettings } from '#capsules'
import { sourceInWords } from '../../source-in-words.ts'
import { presentCapsule } from './capsule.ts'

export interface HitOptions {
  readonly names: ReadonlyMap<string, string>
  /** The words that were searched for, where the caller wants to know why. */
  readonly explain?: { readonly text: string; readonly weights: SearchSettings['weights'] }
}

/** A hit with what each signal added to its score. */
export function presentHit(hit: Hit, { names, explain }: HitOptions) {
  const { capsule, score, ranked, boosts } = hit
  return {
    capsule: presentCapsule(capsule, names),
    score,
    signals: { ...ranked.parts, trust: boosts.trust, freshness: boosts.freshness },
    ...(explain ? { explain: explainHit(hit, explain) } : {}),
  }
}

function explainHit({ capsule, ranked, boosts, score }: Hit, { text, weights }: NonNullable<HitOptions['explain']>) {
  const { signals } = ranked.candidate
  const { matched, highlights } = highlight(text, capsule.content)
  const { lexical, vector, graph } = ranked.parts
  const parts = `words ${digits(lexical)} + meaning ${digits(vector)} + neighbourhood ${digits(graph)}`
  return {
    raw: { lexical: signals.lexical ?? null, vector: signals.vector ?? null, graph: signals.graph ?? null },
    weights,
    matched_terms: matched,
    highlights,
    sentence: `${digits(score)} = (${parts}) × trust ${digits(boosts.trust)} × freshness ${digits(boosts.freshness)}`,
  }
}

const digits = (value: number): string => value.toFixed(3)
const DAY_MS = 24 * 60 * 60 * 1000

/** A quote with everything needed to open it at its place. */
export function presentCitation({ hit, start, end, text }: Passage, now: number) {
  const { id, version, title, effectiveTrust, validFrom, source } = hit.capsule
  return {
    capsule_id: id,
    version,
    title,
    quote: text,
    start,
    end,
    trust: effectiveTrust,
    valid_from: toRfc3339(validFrom),
    age_days: Math.max(0, Math.round(((now - validFrom) / DAY_MS) * 10) / 10),
    where: sourceInWords(source),
    url: `/v2/capsules/${id}/versions/${version}?start=${start}&end=${end}`,
  }
}

export const NOTHING_FOUND = 'Nothing was found above the threshold.'

/** The quotes as one text, each with the number of its citation. */
export const answerText = (quotes: readonly Passage[]): string =>
  quotes.length === 0 ? NOTHING_FOUND : quotes.map(({ text }, index) => `${oneLine(text)} [${index + 1}]`).join('\n')

const oneLine = (text: string): string => text.trim().replace(/\s+/gu, ' ')
