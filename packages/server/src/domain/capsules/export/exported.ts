import type { ExportedCapsule, ExportedTrustEntry, ExportedVersion } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { Subjects } from '#identity'
import type { Link, StoredCapsule } from '../capsule.ts'
import type { TrustEvent } from '../use-cases/trust-event.ts'
import { vectorToBase64 } from '../use-cases/vectors.ts'

/** The names of subjects, as an export spells them. One that nobody knows is named by its id. */
export class SubjectNames {
  readonly #subjects: Subjects

  constructor(subjects: Subjects) {
    this.#subjects = subjects
  }

  async of(id: string): Promise<string> {
    return (await this.#subjects.find(id))?.name ?? `subject ${id}`
  }
}

/** Everything about a capsule but its versions. */
export interface WholeCapsule {
  readonly head: StoredCapsule
  /** Names, oldest first. */
  readonly versions: readonly string[]
  readonly links: readonly Link[]
  readonly trustHistory: readonly TrustEvent[]
}

export async function toExportedCapsule(whole: WholeCapsule, names: SubjectNames): Promise<ExportedCapsule> {
  const { head, versions, links, trustHistory } = whole
  return {
    kind: 'capsule',
    id: head.id,
    owner: await names.of(head.owner),
    trust: head.trust,
    // Erased capsules are no part of an export.
    status: head.status === 'ERASED' ? 'ARCHIVED' : head.status,
    chunk: head.partOf !== null,
    title: head.title,
    versions: [...versions],
    links: links.map(({ to, kind: link, weight }) => ({ to, link, weight })).sort(byEnd),
    trust_history: await Promise.all(trustHistory.map((entry) => toExportedEntry(entry, names))),
  }
}

const byEnd = (a: ExportedCapsule['links'][number], b: ExportedCapsule['links'][number]): number =>
  compare(a.link, b.link) || compare(a.to, b.to)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

async function toExportedEntry(entry: TrustEvent, names: SubjectNames): Promise<ExportedTrustEntry> {
  const { what, old, new: now, reason, at, actor } = entry
  return { what, old, new: now, reason, at: toRfc3339(at), actor: await names.of(actor) }
}

/** What the row of a version does not say. */
export interface VersionAside {
  readonly versionReason: string | null
  /** Whether the capsule is a document that has chunks. */
  readonly hasChunks: boolean
  readonly vector?: { readonly model: string; readonly vector: Float32Array } | undefined
}

export async function toExportedVersion(
  version: StoredCapsule,
  { versionReason, hasChunks, vector }: VersionAside,
  names: SubjectNames,
): Promise<ExportedVersion> {
  return {
    kind: 'version',
    id: version.id,
    version: version.version,
    version_reason: versionReason,
    type: version.type,
    title: version.title,
    author: await names.of(version.author),
    valid_from: toRfc3339(version.validFrom),
    valid_to: version.validTo === null ? null : toRfc3339(version.validTo),
    tags: [...version.tags],
    category: version.category,
    licence: version.licence,
    licence_terms: version.licenceTerms,
    identity: version.identity,
    lane: version.lane,
    fold: version.fold,
    source: version.source,
    parents: version.parents.map(toExportedParent),
    part_of: version.partOf,
    found_by_chunks: hasChunks && version.embeddingModel === null,
    metadata: version.metadata as ExportedVersion['metadata'], // stored metadata is JSON
    content: version.content,
    recorded_at: toRfc3339(version.createdAt),
    ...(vector === undefined ? {} : { vector: { model: vector.model, base64: vectorToBase64(vector.vector) } }),
  }
}

const toExportedParent = ({ id, version, reason, at, changes }: StoredCapsule['parents'][number]) => ({
  id,
  version,
  reason,
  timestamp: toRfc3339(at),
  ...(changes === undefined ? {} : { changes: changes as ExportedVersion['parents'][number]['changes'] }), // stored as JSON
})
