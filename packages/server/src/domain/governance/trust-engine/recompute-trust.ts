import type { Leaf } from '#ledger'
import { EVIDENCE_KINDS, type Evidence } from './evidence.ts'
import { foldTrust, standingOf, type TrustStanding } from './fold-trust.ts'

/**
 * The standing of a subject as the log tells it, worked out by whoever has the log alone; undefined where the log does not tell
 * of its registration.
 *
 * @param leaves those of the subject, in the order of the log.
 * @param createdAt milliseconds since 1970.
 */
export function recomputeTrust(leaves: Iterable<Leaf>, createdAt: number): TrustStanding | undefined {
  let standing: TrustStanding | undefined
  // What it was given elsewhere than by evidence; the next evidence goes on from that.
  let trust = 0
  for (const { type, payload } of leaves) {
    if (type === 'subject.registered') {
      trust = Number(payload.trust)
      standing = standingOf(trust, createdAt)
    } else if (type === 'subject.changed') trust = trustAfter(payload.trust) ?? trust
    else if (type === 'subject.trust_changed' && standing !== undefined) {
      const evidence = toEvidence(payload.evidence)
      if (evidence === undefined) return undefined
      const before = standing.score === trust ? standing : standingOf(trust, evidence.at)
      standing = foldTrust(before, evidence).standing
      trust = standing.score
    }
  }
  return standing && (standing.score === trust ? standing : { ...standing, score: trust })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const trustAfter = (told: unknown): number | undefined =>
  isObject(told) && typeof told.after === 'number' ? told.after : undefined

/** As `subject.trust_changed` tells it; undefined for what it never tells. */
function toEvidence(told: unknown): Evidence | undefined {
  if (!isObject(told)) return undefined
  const { id, by, own, value, at } = told
  const kind = EVIDENCE_KINDS.find((each) => each === told.kind)
  const time = Date.parse(String(at))
  if (kind === undefined || Number.isNaN(time)) return undefined
  return {
    ...{ id: String(id), kind, by: String(by), isOwn: own === true, at: time },
    value: typeof value === 'number' ? value : null,
  }
}
