import { saltedDigest } from '#base'
import type { Change, Grant, Records } from '#store'

/**
 * Why somebody moved the trust of a capsule, in their own words: by capsule and decision. The log has a digest of it alone, so
 * that the words can go with the capsule.
 */
export const TRUST_REASONS_COLLECTION = { name: 'trust_reasons', indexes: [] } as const

interface TrustReason {
  readonly reason: string
  /** Hex. */
  readonly digestKey: string
}

const keyOf = (id: string, decisionId: string): string => `${id}:${decisionId}`

/** The change that keeps the words, and what the log says of them. */
export function keepReason(
  records: Records,
  grant: Grant,
  id: string,
  { reason, digestKey }: { readonly reason: string; readonly digestKey: Uint8Array },
): { readonly change: Change; readonly digests: { readonly reason: string } } {
  const value: TrustReason = { reason, digestKey: Buffer.from(digestKey).toString('hex') }
  return {
    change: records.put(grant, TRUST_REASONS_COLLECTION.name, keyOf(id, grant.decisionId), value),
    digests: { reason: saltedDigest(digestKey, reason) },
  }
}

/** The words of a decision; empty when they are gone. */
export async function findReason(records: Records, id: string, decisionId: unknown): Promise<string> {
  if (typeof decisionId !== 'string') return ''
  return (await records.find<TrustReason>(TRUST_REASONS_COLLECTION.name, keyOf(id, decisionId)))?.value.reason ?? ''
}
