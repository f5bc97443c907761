import type { ExportedCapsule, ExportedVersion } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex } from '#base'

/** A version as its digest sees it; when and by which instance it was recorded is beside it. */
export type SaidVersion = Omit<ExportedVersion, 'kind' | 'recorded_at' | 'vector'>

type SaidCapsule = Omit<ExportedCapsule, 'kind' | 'chunk' | 'title' | 'versions'>

/** Digest of what a version says and when it held; its words go in as their own digest. */
export function versionDigest(version: SaidVersion & Partial<ExportedVersion>): string {
  const { kind: _kind, content, recorded_at: _recorded, vector: _vector, ...said } = version
  return sha256Hex(canonicalJson({ ...said, content: sha256Hex(content) }))
}

/**
 * Digest of a capsule with all its versions. SIMILAR_TO links are left out: each instance finds its own, by its embedder
 * and by what else it holds.
 *
 * @param versions their digests, oldest first.
 */
export function capsuleDigest(capsule: SaidCapsule, versions: readonly string[]): string {
  const { id, owner, trust, status, links, trust_history } = capsule
  const lasting = links.filter(({ link }) => link !== 'SIMILAR_TO')
  return sha256Hex(canonicalJson({ id, owner, trust, status, links: lasting, trust_history, versions }))
}

/** One digest over a whole store: the same for the same capsules, in whatever order they come. */
export class StoreDigest {
  readonly #lines: string[] = []

  add(id: string, digest: string): void {
    this.#lines.push(`${id} ${digest}`)
  }

  end(): string {
    return sha256Hex(this.#lines.sort().join('\n'))
  }
}
