import { type ArtifactVerification, artifactVerification } from '@forge-cascade/contract'
import type { RecordPayload } from '@forge-cascade/contract/records'
import { CascadeError } from '#base'
import type { LedgerStore, StoredLeaf } from '#ledger'
import type { SealedReport } from './verify-artifact.ts'

/** Type of the record that tells of a verification. */
export const VERIFIED = 'artifact.verified' as const

/** What such a record is about. */
export const artifactSubject = (digest: string): `artifact/${string}` => `artifact/${digest}`

/** What the record says: outcomes and digests, nothing that the artifact itself says. */
export const verifiedPayload = ({ report, sha256 }: SealedReport): RecordPayload<typeof VERIFIED> => ({
  digest: report.artifact.digest,
  passed: report.passed,
  score: report.score,
  report_sha256: sha256,
  checks: Object.fromEntries(report.checks.map(({ name, outcome }) => [name, outcome])),
})

/**
 * The newest verification of an artifact that the log holds: what a decision may ask a score of. Undefined for one that was
 * never verified here.
 *
 * @throws CascadeError DATA_CORRUPT for a record that is not one of ours.
 */
export async function findVerification(
  ledger: Pick<LedgerStore, 'list'>,
  digest: string,
): Promise<ArtifactVerification | undefined> {
  const [newest] = await ledger.list({ type: VERIFIED, subject: artifactSubject(digest) }, { limit: 1 })
  return newest && readRecord(newest)
}

function readRecord({ leaf }: StoredLeaf): ArtifactVerification {
  const parsed = artifactVerification.safeParse({
    ...leaf.payload,
    verified_at: leaf.time,
    ledger_index: leaf.index,
  })
  if (parsed.success) return parsed.data
  throw new CascadeError('DATA_CORRUPT', `Entry ${leaf.index} of the log tells of no verification.`)
}
