import { formatUuid } from '#base'
import { NEAR_DUPLICATE_SIMILARITY, NEAR_DUPLICATES_MAX, parseSignature, type Signature, similarity } from '#capsules'
import { ACTIVE } from './codes.ts'
import type { WriteSession } from './write-session.ts'

/** Versions looked at for a text, over all its bands; beyond it each band gives its newest few. */
const CANDIDATES_MAX = 128
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

function versionsSharingBand({ database, staged }: WriteSession, bands: readonly number[]): number[] {
  const slots = bands.map(() => '?').join(', ')
  const sql = `SELECT version FROM bands WHERE band IN (${slots}) LIMIT ${CANDIDATES_MAX + 1}`
  const stored = database.all<{ version: number }>(sql, ...bands)
  const rows = stored.length <= CANDIDATES_MAX ? stored : bands.flatMap((band) => newestWithBand(database, band))
  const fresh = bands.flatMap((band) => staged.versionsWithBand(band).slice(-CANDIDATES_PER_BAND_MAX))
  return [...new Set([...rows.map(({ version }) => version), ...fresh])]
}

const newestWithBand = (database: WriteSession['database'], band: number): { version: number }[] =>
  database.all<{ version: number }>(
    `SELECT version FROM bands WHERE band = ? ORDER BY version DESC LIMIT ${CANDIDATES_PER_BAND_MAX}`,
    band,
  )

const headsAmong = (session: WriteSession, owner: number, versions: readonly number[]): CandidateRow[] =>
  session.database.all<CandidateRow>(
    `SELECT c.key, c.id, v.minhash FROM json_each(?) wanted
     CROSS JOIN versions v ON v.key = wanted.value
     CROSS JOIN capsules c ON c.key = v.capsule
     WHERE c.head = v.key AND c.owner = ? AND c.status = ${ACTIVE} AND v.minhash IS NOT NULL`,
    JSON.stringify(versions),
    owner,
  )
