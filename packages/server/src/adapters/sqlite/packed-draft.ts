import type { CapsuleCreateChange, CapsuleDraft } from '#capsules'
import { isEmpty } from './is-empty.ts'

/**
 * A creation by position, without its bytes. Lengths are 0, and lists and objects null, where there is nothing to say:
 * an empty list costs as much as a text.
 */
export type PackedDraft = readonly [
  dedupe: CapsuleCreateChange['dedupe'],
  id: string,
  owner: string,
  author: string,
  trust: number,
  type: CapsuleDraft['type'],
  title: string | null,
  content: string,
  tags: CapsuleDraft['tags'] | null,
  category: string | null,
  licence: CapsuleDraft['licence'],
  licenceTerms: string | null,
  identity: string | null,
  lane: string | null,
  fold: string | null,
  metadata: CapsuleDraft['metadata'] | null,
  source: CapsuleDraft['source'],
  parents: CapsuleDraft['parents'] | null,
  partOf: CapsuleDraft['partOf'],
  place: string | null,
  fingerprint: string,
  indexed: boolean,
  validFrom: number | null,
  bands: CapsuleDraft['bands'],
  model: string | null,
  vectorLength: number,
  minhashLength: number,
  digestKeyLength: number,
  shadowModel: string | null,
  shadowLength: number,
]

export const packDraft = ({ dedupe, draft }: CapsuleCreateChange): PackedDraft => [
  dedupe,
  draft.id,
  draft.owner,
  draft.author,
  draft.trust,
  draft.type,
  draft.title,
  draft.content,
  draft.tags.length === 0 ? null : draft.tags,
  draft.category,
  draft.licence,
  draft.licenceTerms,
  draft.identity,
  draft.lane,
  draft.fold,
  isEmpty(draft.metadata) ? null : draft.metadata,
  draft.source,
  draft.parents.length === 0 ? null : draft.parents,
  draft.partOf,
  draft.place,
  draft.fingerprint,
  draft.indexed,
  draft.validFrom,
  draft.bands,
  draft.embedding?.model ?? null,
  draft.embedding?.vector.length ?? 0,
  draft.minhash?.length ?? 0,
  draft.digestKey.length,
  draft.shadow?.model ?? null,
  draft.shadow?.vector.length ?? 0,
]

/** The bytes of drafts in one buffer: of each its vector, MinHash, digest key and shadow, all on multiples of four. */
export function packBytes(drafts: readonly CapsuleDraft[]): ArrayBuffer {
  const buffer = new ArrayBuffer(drafts.reduce((sum, draft) => sum + bytesOf(draft), 0))
  const bytes = new Uint8Array(buffer)
  let at = 0
  for (const { embedding, minhash, digestKey, shadow } of drafts) {
    for (const part of [embedding?.vector, minhash, digestKey, shadow?.vector]) {
      if (!part) continue
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
      at += padded(part.byteLength)
    }
  }
  return buffer
}

/** Unpacks creations in the order in which they were packed. */
export class DraftReader {
  readonly #buffer: ArrayBuffer
  #at = 0

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer
  }

  /** The creation; its vectors, MinHash and digest key are views of the one buffer. */
  read(packed: PackedDraft): CapsuleCreateChange {
    const [
      dedupe,
      id,
      owner,
      author,
      trust,
      type,
      title,
      content,
      tags,
      category,
      licence,
      licenceTerms,
      identity,
      lane,
      fold,
      metadata,
      source,
      parents,
      partOf,
      place,
      fingerprint,
      indexed,
      validFrom,
      bands,
      model,
      vectorLength,
      minhashLength,
      digestKeyLength,
      shadowModel,
      shadowLength,
    ] = packed
    const vector = new Float32Array(this.#buffer, this.#take(vectorLength * 4), vectorLength)
    const minhash = new Uint16Array(this.#buffer, this.#take(minhashLength * 2), minhashLength)
    const digestKey = new Uint8Array(this.#buffer, this.#take(digestKeyLength), digestKeyLength)
    const shadow = new Float32Array(this.#buffer, this.#take(shadowLength * 4), shadowLength)
    const draft: CapsuleDraft = {
      id,
      owner,
      author,
      trust,
      type,
      title,
      content,
      tags: tags ?? [],
      category,
      licence,
      licenceTerms,
      identity,
      lane,
      fold,
      metadata: metadata ?? {},
      source,
      parents: parents ?? [],
      partOf,
      place,
      fingerprint,
      indexed,
      validFrom,
      bands,
      embedding: model === null ? null : { model, vector },
      minhash: minhash.length === 0 ? null : minhash,
      digestKey,
      ...(shadowModel === null ? {} : { shadow: { model: shadowModel, vector: shadow } }),
    }
    return { kind: 'capsule.create', draft, dedupe }
  }

  #take(length: number): number {
    const at = this.#at
    this.#at += padded(length)
    return at
  }
}

const bytesOf = ({ embedding, minhash, digestKey, shadow }: CapsuleDraft): number =>
  padded(embedding?.vector.byteLength ?? 0) +
  padded(minhash?.byteLength ?? 0) +
  padded(digestKey.byteLength) +
  padded(shadow?.vector.byteLength ?? 0)

const padded = (length: number): number => (length + 3) & ~3
