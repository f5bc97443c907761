import type { Embedding, PartOf, VersionContent } from './capsule.ts'

/** A capsule to create. `id` is a fresh UUIDv7. */
export interface CapsuleDraft extends VersionContent {
  readonly id: string
  readonly owner: string
  readonly author: string
  readonly trust: number
  readonly partOf: PartOf | null
  /** Where in its source it stands; together with owner and scope it finds the capsule again at the next import. */
  readonly place: string | null
  /** SHA-256 of the normalised text, hex. */
  readonly fingerprint: string
  /** MinHash of the text, and the keys of its bands; null and none when the text is too short to say anything. */
  readonly minhash: Uint16Array | null
  readonly bands: readonly number[]
  readonly embedding: Embedding | null
  /** Its vector in the space that is being filled for a change of the model; see `EmbeddingSpaces`. */
  readonly shadow?: Embedding
  /** False for a document that is found through its chunks. */
  readonly indexed: boolean
  /** 32 random bytes: the key of its salted digests, kept beside the content and erased with it. */
  readonly digestKey: Uint8Array
  /** Milliseconds since 1970; the moment of writing when null. */
  readonly validFrom: number | null
}

/** The next version of a capsule. Trust, owner and id stay. */
export type VersionDraft = Omit<CapsuleDraft, 'trust' | 'owner'> & {
  readonly version: string
  /** Why the caller named a version of their own; null otherwise. */
  readonly versionReason: string | null
}
