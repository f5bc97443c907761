import { toRfc3339 } from '#base'
import { type Hit, highlight, type Quote, type SearchSettings, SIGNAL_NAMES, SIGNALS, type SignalKind } from '#capsules'
import { sourceInWords } from '../../source-in-words.ts'
import { presentCapsule } from './capsule.ts'

export interface HitOptions {
  readonly names: ReadonlyMap<string, string>
  /** The words that were searched for, where the caller wants to know why. */
  readonly explain?: { readonly text: string; readonly weights: SearchSettings['weights'] }
}

/** A hit with what each kind of signal added to its score. */
export function presentHit(hit: Hit, { names, explain }: HitOptions) {
  const { capsule, score, boosts, confidence } = hit
  return {
    capsule: presentCapsule(capsule, names),
    score,
    signals: { ...kindsOf(hit), confidence, trust: boosts.trust, freshness: boosts.freshness },
    ...(explain ? { explain: explainHit(hit, explain) } : {}),
  }
}

/** The parts of a hit's signals added up by kind. */
function kindsOf({ signals }: Hit): Record<SignalKind, number> {
  const sums: Record<SignalKind, number> = { lexical: 0, position: 0, vector: 0, graph: 0 }
  for (const name of SIGNAL_NAMES) sums[SIGNALS[name].kind] += signals[name]?.part ?? 0
  return sums
}

function explainHit(hit: Hit, { text, weights }: NonNullable<HitOptions['explain']>) {
  const { candidate, capsule, signals, boosts, confidence, score } = hit
  const { lexical, vector, graph } = candidate.signals
  const { matched, highlights } = highlight(text, capsule.content)
  const sums = kindsOf(hit)
  const parts = `words ${digits(sums.lexical)} + position ${digits(sums.position)} + meaning ${digits(sums.vector)} + links ${digits(sums.graph)}`
  const factors = `confidence ${digits(confidence)} × trust ${digits(boosts.trust)} × freshness ${digits(boosts.freshness)}`
  return {
    raw: { lexical: lexical ?? null, vector: vector ?? null, graph: graph ?? null },
    parts: { ...signals },
    weights,
    matched_terms: matched,
    highlights,
    sentence: `${digits(score)} = (${parts}) × ${factors}`,
  }
}

const digits = (value: number): string => value.toFixed(3)
const DAY_MS = 24 * 60 * 60 * 1000

/** A quote with everything needed to open it at its place. */
export function presentCitation({ hit, start, end, text }: Quote, now: number) {
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
