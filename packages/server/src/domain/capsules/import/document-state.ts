import type { CapsuleStatus } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex } from '#base'
import type { StoredCapsule, VersionContent } from '../capsule.ts'
import type { CapsuleStore } from '../capsule-store.ts'

/** What the next version of a document is worked out from. */
export interface DocumentState {
  readonly id: string
  /** Path of the file that it is of; null when it is of none. */
  readonly path: string | null
  readonly version: string
  readonly status: CapsuleStatus
  readonly textDigest: string
  /** What a file does not say and a person may have: it stays over versions. */
  readonly kept: Pick<VersionContent, 'category' | 'licence' | 'licenceTerms' | 'parents'>
  /** By place; those that are archived come back when their place does. */
  readonly chunks: ReadonlyMap<string, ChunkState>
}

export interface ChunkState {
  readonly id: string
  readonly version: string
  readonly status: CapsuleStatus
  readonly textDigest: string
  /** Of everything whose change makes a version of the chunk. */
  readonly digest: string
}

/**
 * What makes a version of a chunk: its words, how it is labelled, where it stands. Line numbers are not among them: they
 * are those of the commit that the chunk's source names, or an insertion at the top would rewrite the whole document.
 */
export const chunkDigest = (
  { type, title, content, tags }: Pick<VersionContent, 'type' | 'title' | 'content' | 'tags'>,
  index: number,
  path: string,
): string => sha256Hex(canonicalJson([type, title, content, tags, index, path]))

const CHUNKS_PER_PAGE = 200
/** Documents that are remembered during an import: about 1 KiB each. */
const DOCUMENTS_MAX = 5000

/** The documents an import is busy with, ahead of the store by what is planned and not written yet. */
export class DocumentStates {
  readonly #capsules: CapsuleStore
  readonly #states = new Map<string, DocumentState>()

  constructor(capsules: CapsuleStore) {
    this.#capsules = capsules
  }

  /** The document as it will be when everything planned is written; nothing when there is none. */
  async find(id: string): Promise<DocumentState | undefined> {
    const known = this.#states.get(id) ?? (await this.#load(id))
    if (known) this.set(known)
    return known
  }

  /** The document used longest ago is forgotten; what is planned for it has long been written by then. */
  set(state: DocumentState): void {
    this.#states.delete(state.id)
    this.#states.set(state.id, state)
    if (this.#states.size > DOCUMENTS_MAX) this.#states.delete(this.#states.keys().next().value ?? '')
  }

  /** What was planned for it did not happen. */
  forget(id: string): void {
    this.#states.delete(id)
  }

  async #load(id: string): Promise<DocumentState | undefined> {
    const [head] = await this.#capsules.getHeads([id])
    if (!head) return undefined
    const { version, status, content, category, licence, licenceTerms, parents, source } = head
    const path = source?.kind === 'file' ? source.path : null
    const kept = { category, licence, licenceTerms, parents }
    return { id, path, version, status, textDigest: sha256Hex(content), kept, chunks: await this.#loadChunks(id) }
  }

  async #loadChunks(document: string): Promise<ReadonlyMap<string, ChunkState>> {
    const chunks = new Map<string, ChunkState>()
    let cursor: string | undefined
    do {
      const page = await this.#capsules.list(
        { partOf: document, statuses: ['ACTIVE', 'ARCHIVED', 'QUARANTINED'] },
        { limit: CHUNKS_PER_PAGE, ...(cursor === undefined ? {} : { cursor }) },
      )
      for (const chunk of page.items) remember(chunks, chunk)
      cursor = page.next
    } while (cursor !== undefined)
    return chunks
  }
}

function remember(chunks: Map<string, ChunkState>, chunk: StoredCapsule): void {
  const { id, version, status, content, partOf, source } = chunk
  if (!partOf || (chunks.has(partOf.place) && status !== 'ACTIVE')) return
  const path = source?.kind === 'file' ? source.path : ''
  const digest = chunkDigest(chunk, partOf.index, path)
  chunks.set(partOf.place, { id, version, status, textDigest: sha256Hex(content), digest })
}
