import { canonicalJson } from '#base'
import type { Change } from '#store'
import type { StoredCapsule, VersionContent } from '../capsule.ts'
import { nextVersion } from '../text/semver.ts'
import { listChunks } from './chunks.ts'
import type { Call, CapsuleContext } from './context.ts'
import { makeDraft, makeVersionDraft, placeOfChunk } from './draft.ts'
import { inTurns } from './in-turns.ts'
import { type Telling, tell, tellVersioned } from './tell.ts'

/** What a new version of a document means for its chunks, and for how it is found. */
export interface ChunksFollow extends Telling {
  readonly changes: readonly Change[]
  /** False while the document is found through its chunks. */
  readonly indexed: boolean
}

/** What chunks have from their document; searches filter by it. */
const SHARED = ['type', 'tags', 'category', 'licence', 'licenceTerms', 'identity', 'lane', 'fold'] as const

const NO_CHUNKS: ChunksFollow = { changes: [], records: [], events: [], indexed: true }

/**
 * Chunks of a document whose text was changed by hand say what it says no more: they are archived, and the document is
 * found by its own text until an import cuts it again. Where the text stays, they take over what filters go by.
 */
export async function followVersion(
  context: CapsuleContext,
  call: Call,
  before: StoredCapsule,
  after: VersionContent,
  validFrom: number | null,
): Promise<ChunksFollow> {
  // A document that is found through its chunks has no vector of its own.
  const chunks = before.embeddingModel === null ? await listChunks(context, before.id, ['ACTIVE']) : []
  if (chunks.length === 0) return NO_CHUNKS
  const isSame = after.content === before.content
  const parts = isSame
    ? await inTurns(
        chunks.filter((chunk) => differs(chunk, before, after)),
        lengthOf,
        (chunk) => takeOver(context, call, chunk, { after, validFrom }),
      )
    : chunks.map((chunk) => archive(context, call, chunk))
  return {
    changes: parts.map(({ change }) => change),
    records: parts.flatMap(({ records }) => records),
    events: parts.flatMap(({ events }) => events),
    indexed: !isSame,
  }
}

interface Part extends Telling {
  readonly change: Change
}

const lengthOf = ({ content }: StoredCapsule): number => content.length

const sharedOf = (version: VersionContent) => Object.fromEntries(SHARED.map((key) => [key, version[key]]))

/** Only what changes in the document changes in its chunks. */
const differs = (chunk: StoredCapsule, before: VersionContent, after: VersionContent): boolean =>
  canonicalJson(sharedOf(before)) !== canonicalJson(sharedOf(after)) &&
  canonicalJson(sharedOf(chunk)) !== canonicalJson(sharedOf(after))

function archive({ store }: CapsuleContext, { grant }: Call, { id, version }: StoredCapsule): Part {
  const change = store.capsules.setStatus(grant, id, 'ARCHIVED')
  return { change, ...tell(grant, 'capsule.archived', id, { version }) }
}

async function takeOver(
  { store, random }: CapsuleContext,
  { grant, subject }: Call,
  chunk: StoredCapsule,
  { after, validFrom }: { readonly after: VersionContent; readonly validFrom: number | null },
): Promise<Part> {
  const { id, owner, trust, partOf } = chunk
  const said = { title: chunk.title, content: chunk.content, metadata: chunk.metadata, source: chunk.source }
  const version = { ...after, ...said, parents: chunk.parents }
  const embedding = (await store.capsules.findEmbedding(id, chunk.version)) ?? null
  const place = partOf ? { partOf, place: placeOfChunk(partOf) } : {}
  const identity = { id, owner, author: subject.id, trust, embedding, validFrom, ...place }
  const next = nextVersion(chunk.version, { contentChanged: false })
  const number = next.kind === 'version' ? next.version : chunk.version
  const draft = makeVersionDraft(makeDraft(version, identity, random), number, null)
  return { change: store.capsules.addVersion(grant, draft), ...tellVersioned(grant, draft, chunk.version) }
}
