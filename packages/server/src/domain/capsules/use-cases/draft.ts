import type { CapsuleCreate, Source } from '@forge-cascade/contract'
import { CascadeError, canonicalJson, type Random } from '#base'
import type { Embedding, ParentEdge, PartOf, StoredCapsule, VersionContent } from '../capsule.ts'
import type { CapsuleDraft, VersionDraft } from '../capsule-draft.ts'
import type { CapsuleStore } from '../capsule-store.ts'
import { fingerprint } from '../text/fingerprint.ts'
import { bands, minhash, type Signature } from '../text/minhash.ts'

const DIGEST_KEY_BYTES = 32

/** Members of a body that describe a version; the same in create, update and fork. */
export type Description = Partial<
  Omit<CapsuleCreate, 'parents' | 'owner' | 'trust' | 'dedupe' | 'embedding' | 'embedding_model'>
>

/** What a description says, over what was there before: a member left out keeps its value, null clears it. */
export function describeVersion(
  given: Nullable<Description>,
  before: VersionContent | undefined,
): Omit<VersionContent, 'parents'> {
  const content = given.content ?? before?.content
  const type = given.type ?? before?.type
  if (content === undefined || type === undefined)
    throw new CascadeError('VALIDATION_FAILED', 'content and type are needed.')
  return {
    content,
    type,
    title: choose(given.title, before?.title, null),
    tags: [...new Set(choose(given.tags, before?.tags, []))],
    category: choose(given.category, before?.category, null),
    licence: given.licence ?? before?.licence ?? 'private',
    licenceTerms: choose(given.licence_terms, before?.licenceTerms, null),
    identity: choose(given.identity, before?.identity, null),
    lane: choose(given.lane, before?.lane, null),
    fold: choose(given.fold, before?.fold, null),
    metadata: choose(given.metadata, before?.metadata, {}),
    source: choose(given.source, before?.source, null),
  }
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null | undefined }

const choose = <T>(given: T | null | undefined, before: T | undefined, empty: T): T =>
  given === undefined ? (before ?? empty) : (given ?? empty)

/** What identifies and places a draft beside what it says. */
export interface DraftIdentity {
  readonly id: string
  readonly owner: string
  readonly author: string
  readonly trust: number
  readonly partOf?: PartOf
  readonly place?: string | null
  readonly embedding: Embedding | null
  readonly shadow?: Embedding
  readonly indexed?: boolean
  readonly validFrom: number | null
}

/** What follows from a text alone, and takes tens of milliseconds for a long one. */
export interface TextTraits {
  readonly fingerprint: string
  readonly minhash: Signature | null
}

export const traitsOf = ({ content, type }: Pick<VersionContent, 'content' | 'type'>): TextTraits => ({
  fingerprint: fingerprint(content, type),
  minhash: minhash(content) ?? null,
})

/** Completes a draft with what follows from its text; `traits` where that was worked out before. */
export function makeDraft(
  version: VersionContent,
  identity: DraftIdentity,
  random: Random,
  traits: TextTraits = traitsOf(version),
): CapsuleDraft {
  const { partOf = null, place = placeOf(version.source), indexed = true, ...fields } = identity
  return {
    ...version,
    ...fields,
    partOf,
    place,
    indexed,
    ...traits,
    bands: traits.minhash ? bands(traits.minhash) : [],
    digestKey: random(new Uint8Array(DIGEST_KEY_BYTES)),
  }
}

export function makeVersionDraft(draft: CapsuleDraft, version: string, versionReason: string | null): VersionDraft {
  const { trust: _trust, owner: _owner, ...rest } = draft
  return { ...rest, version, versionReason }
}

/** Where in its source a capsule stands; null for sources that have no place (a person, an agent). */
export function placeOf(source: Source | null): string | null {
  if (source === null) return null
  if (source.kind === 'file')
    return `file:${source.root ?? ''}:${source.path}${source.index === undefined ? '' : `#${source.index}`}`
  if (source.kind === 'url') return `url:${source.url}`
  if (source.kind === 'chat')
    return `chat:${canonicalJson([source.conversation, source.session ?? null, source.index ?? null])}`
  return null
}

/** Where a chunk stands: by its document's id, for the document may be renamed. */
export const placeOfChunk = ({ id, place }: PartOf): string => `chunk:${id}:${place}`

/** The text that is embedded for a version: its title says what its content is about. */
export const embeddedText = ({ title, content }: Pick<VersionContent, 'title' | 'content'>): string =>
  title === null ? content : `${title}\n${content}`

/**
 * Parents as edges, each pinned to a version: the one that was named, else the head's.
 *
 * @throws CascadeError UNPROCESSABLE for a parent that does not exist (or was erased), or is named twice.
 */
export async function resolveParents(
  capsules: CapsuleStore,
  parents: NonNullable<CapsuleCreate['parents']>,
  now: number,
): Promise<readonly ParentEdge[]> {
  if (parents.length === 0) return []
  const ids = new Set(parents.map(({ id }) => id))
  if (ids.size !== parents.length) throw new CascadeError('UNPROCESSABLE', 'A parent is named twice; name each once.')
  const heads = new Map((await capsules.getHeads([...ids])).map((head) => [head.id, head]))
  return Promise.all(parents.map((parent) => toEdge(capsules, parent, heads.get(parent.id), now)))
}

async function toEdge(
  capsules: CapsuleStore,
  { id, version, reason, changes }: NonNullable<CapsuleCreate['parents']>[number],
  head: StoredCapsule | undefined,
  now: number,
): Promise<ParentEdge> {
  if (!head || head.status === 'ERASED') throw new CascadeError('UNPROCESSABLE', `The parent ${id} does not exist.`)
  if (version !== undefined && version !== head.version && !(await capsules.findVersion(id, version))) {
    throw new CascadeError(
      'UNPROCESSABLE',
      `The parent ${id} has no version ${version}; its newest is ${head.version}.`,
    )
  }
  const edge = { id, version: version ?? head.version, reason, at: now }
  return changes === undefined ? edge : { ...edge, changes }
}
