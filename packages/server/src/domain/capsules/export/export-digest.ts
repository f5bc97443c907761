import type { ExportedCapsule, ExportedVersion } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex } from '#base'
import { incomplete } from './incomplete.ts'

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
  readonly #digests = new Map<string, string>()

  /** @throws CascadeError DATA_CORRUPT for a capsule that came before: a store gives each once. */
  add(id: string, digest: string): void {
    if (this.#digests.has(id)) throw incomplete(`the capsule ${id} stands in the place of another`)
    this.#digests.set(id, digest)
  }

  end(): string {
    const lines = [...this.#digests].map(([id, digest]) => `${id} ${digest}`)
    return sha256Hex(lines.sort().join('\n'))
  }
}
