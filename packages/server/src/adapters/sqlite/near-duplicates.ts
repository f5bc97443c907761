import { formatUuid } from '#base'
import {
  NEAR_DUPLICATE_SIMILARITY,
  NEAR_DUPLICATES_MAX,
  parseSignature,
  type Signature,
  similarity,
} from '../../domain/capsules/rules/index.ts'
import { ACTIVE } from './codes.ts'
import type { WriteSession } from './write-session.ts'

/** Versions looked at for each band of a text: the newest. */
const CANDIDATES_PER_BAND_MAX = 16

export interface SimilarCapsule {
  readonly key: number
  readonly id: string
  readonly similarity: number
}

interface CandidateRow {
  readonly key: number
  readonly id: Uint8Array
  readonly minhash: Uint8Array
}

/** The ACTIVE heads of the same owner that share a band with the text and are similar enough, most similar first. */
export function findNearDuplicates(
  session: WriteSession,
  owner: number,
  draft: { readonly id: string; readonly minhash: Signature | null; readonly bands: readonly number[] },
): SimilarCapsule[] {
  if (!draft.minhash || draft.bands.length === 0) return []
  const versions = versionsSharingBand(session, draft.bands)
  if (versions.length === 0) return []
  const found: SimilarCapsule[] = []
  for (const row of headsAmong(session, owner, versions)) {
    const signature = parseSignature(row.minhash)
    const alike = signature ? similarity(signature, draft.minhash) : 0
    const id = formatUuid(row.id)
    if (alike >= NEAR_DUPLICATE_SIMILARITY && id !== draft.id) found.push({ key: row.key, id, similarity: alike })
  }
  return found.sort((a, b) => b.similarity - a.similarity || a.key - b.key).slice(0, NEAR_DUPLICATES_MAX)
}

function versionsSharingBand({ bands: index }: WriteSession, bands: readonly number[]): number[] {
  const found = new Set<number>()
  for (const band of bands) for (const version of index.find(band, CANDIDATES_PER_BAND_MAX)) found.add(version)
  return [...found]
}

const headsAmong = (session: WriteSession, owner: number, versions: readonly number[]): CandidateRow[] =>
  session.database.all<CandidateRow>(
    `SELECT c.key, c.id, s.minhash FROM json_each(?) wanted
     CROSS JOIN signatures s ON s.version = wanted.value
     CROSS JOIN versions v ON v.key = s.version
     CROSS JOIN capsules c ON c.key = v.capsule
     WHERE c.head = v.key AND c.owner = ? AND c.status = ${ACTIVE}`,
    JSON.stringify(versions),
    owner,
  )
