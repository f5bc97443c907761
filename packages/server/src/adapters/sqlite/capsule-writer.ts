import { CascadeError, formatUuid, isUuid, uuidBytes } from '#base'
import type { CapsuleCreateChange, CapsuleDraft, CapsuleVersionChange, VersionDraft } from '#capsules'
import type { NearDuplicate } from '#store'
import { signatureBytes } from '../../domain/capsules/rules/index.ts'
import { bandBytes } from './band-index.ts'
import { endVersion, findCapsule, updateCapsule } from './capsule-rows.ts'
import { ACTIVE, LICENCE_CODES, LINK_CODES, TYPE_CODES } from './codes.ts'
import { encodeContent } from './content-codec.ts'
import { recomputeTrust } from './effective-trust-propagation.ts'
import { hashKey } from './hash-key.ts'
import { toIndexedText } from './indexed-text.ts'
import { findNearDuplicates, type SimilarCapsule } from './near-duplicates.ts'
import { type LinkedParent, resolveParents } from './parents.ts'
import { vectorBytes } from './stored-vector.ts'
import { moveTextToRest } from './text-index.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** What a change did to the capsule it is about; `id` is null where it is about several. */
export interface ChangeEffect {
  readonly id: string | null
  readonly created: boolean
  /** A creation that found what it was to create. */
  readonly isTwin?: boolean
  readonly nearDuplicates: readonly NearDuplicate[]
}

export const effectOn = (id: string | null): ChangeEffect => ({ id, created: false, nearDuplicates: [] })

/** A draft whose words are interned and whose references are found: ready to be written. */
interface ResolvedDraft {
  readonly owner: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly tags: readonly number[]
  readonly partOf: number | null
  readonly parents: readonly LinkedParent[]
  readonly space: number | null
  readonly near: readonly SimilarCapsule[]
}

export const FIRST_VERSION = '1.0.0'

/** The ACTIVE head that says the same at the same place of the same scope. */
function findDuplicate({ database, names }: WriteSession, draft: CapsuleDraft, dedupe: number): string | undefined {
  const row = database.get<{ id: Uint8Array }>(
    `SELECT c.id FROM capsules c JOIN versions v ON v.key = c.head WHERE c.dedupe = ? AND c.owner = ?
     AND v.fingerprint = ? AND v.place IS ? ORDER BY c.key LIMIT 1`,
    dedupe,
    names.intern(draft.owner),
    Buffer.from(draft.fingerprint, 'hex'),
    draft.place,
  )
  return row && formatUuid(row.id)
}

export function createCapsule(session: WriteSession, change: CapsuleCreateChange, now: number): ChangeEffect {
  const { draft } = change
  const dedupe = dedupeKey(draft.owner, draft)
  const twin = change.dedupe === 'scope' ? findDuplicate(session, draft, dedupe) : undefined
  if (twin !== undefined) return { ...effectOn(twin), isTwin: true }
  if (!isUuid(draft.id)) throw new CascadeError('UNPROCESSABLE', `${draft.id} is no UUID`)
  const resolved = resolve(session, draft, session.names.intern(draft.owner), undefined)
  const head = session.nextVersion()
  const times = { now, validFrom: draft.validFrom ?? now }
  const key = insertCapsule(session, draft, resolved, { head, dedupe, ...times })
  const version = { ...draft, version: FIRST_VERSION, versionReason: null }
  insertVersion(session, head, { capsule: key, ordinal: 1 }, version, resolved, times)
  connect(session, key, head, draft, resolved, now)
  let trust = draft.trust
  if (resolved.parents.length > 0 || resolved.partOf !== null) trust = recomputeTrust(session, key)
  indexHead(session, { key, head, status: ACTIVE, trust }, draft, resolved)
  return { id: draft.id, created: true, nearDuplicates: resolved.near.map(toNearDuplicate) }
}

export function addVersion(session: WriteSession, { draft }: CapsuleVersionChange, now: number): ChangeEffect {
  const before = requireCapsule(session, draft.id)
  if (compareVersions(draft.version, before.version) <= 0) {
    throw new CascadeError(
      'CONFLICT',
      `version ${draft.version} of ${draft.id} is not above its newest, ${before.version}`,
    )
  }
  const resolved = resolve(session, draft, before.owner, before)
  const last = getEnd(session, before.head)
  const validFrom = Math.max(last.valid_from, draft.validFrom ?? now)
  if (before.status === ACTIVE && before.indexed === 1) moveTextToRest(session, before)
  endVersion(session.database, before.head, { at: validFrom, recordedAt: now })
  const head = session.nextVersion()
  const place = { capsule: before.key, ordinal: last.ordinal + 1 }
  insertVersion(session, head, place, draft, resolved, { now, validFrom })
  updateCapsule(session.database, before.key, headColumns(session, before, draft, resolved, { head, now, validFrom }))
  connect(session, before.key, head, draft, resolved, now)
  const trust = recomputeTrust(session, before.key)
  if (before.space !== null && before.space !== resolved.space) {
    session.staged.stageSlot({ kind: 'clear', space: before.space, capsule: before.key })
  }
  indexHead(session, { key: before.key, head, status: before.status, trust }, draft, resolved)
  return { id: draft.id, created: false, nearDuplicates: resolved.near.map(toNearDuplicate) }
}

/** @throws CascadeError NOT_FOUND. */
export function requireCapsule(session: WriteSession, id: string): CapsuleRow {
  const row = findCapsule(session.database, id)
  if (!row) throw new CascadeError('NOT_FOUND', `there is no capsule ${id}`)
  return row
}

/** Stands for what makes a duplicate, less the fingerprint's other half: an index key, compared in full when found. */
export const dedupeKey = (
  owner: string,
  same: Pick<CapsuleDraft, 'identity' | 'lane' | 'fold' | 'type' | 'place' | 'fingerprint'>,
): number => {
  const { identity, lane, fold, type, place, fingerprint } = same
  return hashKey(JSON.stringify([owner, identity, lane, fold, type, place, fingerprint]))
}

export const placeKey = (
  owner: string,
  scope: { readonly identity: string | null; readonly lane: string | null; readonly fold: string | null },
  place: string,
): number => hashKey(JSON.stringify([owner, scope.identity, scope.lane, scope.fold, place]))

function resolve(
  session: WriteSession,
  draft: CapsuleDraft | VersionDraft,
  owner: number,
  before: CapsuleRow | undefined,
): ResolvedDraft {
  const { names } = session
  return {
    owner,
    parents: resolveParents(session, draft, before),
    partOf: draft.partOf === null ? null : requireCapsule(session, draft.partOf.id).key,
    space: draft.embedding === null ? null : session.spaces.intern(draft.embedding),
    identity: names.internNullable(draft.identity),
    lane: names.internNullable(draft.lane),
    fold: names.internNullable(draft.fold),
    tags: draft.tags.map((tag) => names.intern(tag)),
    near: findNearDuplicates(session, owner, draft),
  }
}

interface VersionTimes {
  readonly now: number
  readonly validFrom: number
}

function insertCapsule(
  session: WriteSession,
  draft: CapsuleDraft,
  resolved: ResolvedDraft,
  { head, dedupe, now, validFrom }: VersionTimes & { readonly head: number; readonly dedupe: number },
): number {
  const { database } = session
  return database.insert(
    `INSERT INTO capsules (id, owner, status, trust, effective_trust, revision, head, version, type, identity, lane, fold,
       part_of, part_index, indexed, space, dedupe, place, created_at, updated_at, valid_from, title, tags)
     VALUES (?, ?, ${ACTIVE}, ?, ?, 1, ?, '${FIRST_VERSION}', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    uuidBytes(draft.id),
    resolved.owner,
    draft.trust,
    draft.trust,
    head,
    TYPE_CODES.encode(draft.type),
    resolved.identity,
    resolved.lane,
    resolved.fold,
    resolved.partOf,
    draft.partOf?.index ?? null,
    Number(draft.indexed),
    resolved.space,
    dedupe,
    draft.place === null ? null : placeKey(draft.owner, draft, draft.place),
    now,
    now,
    validFrom,
    draft.title,
    tagText(resolved.tags),
  )
}

/** What a new version changes in the row of its capsule. */
function headColumns(
  session: WriteSession,
  before: CapsuleRow,
  draft: VersionDraft,
  resolved: ResolvedDraft,
  { head, now, validFrom }: VersionTimes & { readonly head: number },
) {
  const owner = session.names.text(before.owner)
  return {
    head,
    version: draft.version,
    revision: before.revision + 1,
    type: TYPE_CODES.encode(draft.type),
    identity: resolved.identity,
    lane: resolved.lane,
    fold: resolved.fold,
    part_of: resolved.partOf,
    part_index: draft.partOf?.index ?? null,
    indexed: Number(draft.indexed),
    space: resolved.space,
    dedupe: before.status === ACTIVE ? dedupeKey(owner, draft) : null,
    place: draft.place === null ? null : placeKey(owner, draft, draft.place),
    updated_at: now,
    valid_from: validFrom,
    title: draft.title,
    tags: tagText(resolved.tags),
  }
}

function insertVersion(
  session: WriteSession,
  key: number,
  { capsule, ordinal }: { readonly capsule: number; readonly ordinal: number },
  draft: VersionDraft,
  resolved: ResolvedDraft,
  { now, validFrom }: VersionTimes,
): void {
  const content = encodeContent(draft.content, session.settings.compressionLevel)
  session.database.run(
    `INSERT INTO versions (key, capsule, ordinal, version, created_at, valid_from, bytes, type, indexed, space, author, identity,
       lane, fold, part_of, part_index, part_place, licence, category, title, tags, place, fingerprint,
       digest_key, metadata, source, version_reason, licence_terms, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key,
    capsule,
    ordinal,
    draft.version,
    now,
    validFrom,
    content.bytes,
    TYPE_CODES.encode(draft.type),
    Number(draft.indexed),
    resolved.space,
    session.names.intern(draft.author),
    resolved.identity,
    resolved.lane,
    resolved.fold,
    resolved.partOf,
    draft.partOf?.index ?? null,
    draft.partOf?.place ?? null,
    LICENCE_CODES.encode(draft.licence),
    draft.category,
    draft.title,
    tagText(resolved.tags),
    draft.place,
    Buffer.from(draft.fingerprint, 'hex'),
    draft.digestKey,
    isEmpty(draft.metadata) ? null : JSON.stringify(draft.metadata),
    draft.source === null ? null : JSON.stringify(draft.source),
    draft.versionReason,
    draft.licenceTerms,
    content.stored,
  )
}

/** Rows that hang on a version: its vector, tags, parents, bands, and the links to what resembles it. */
function connect(
  { database, bands }: WriteSession,
  capsule: number,
  version: number,
  draft: CapsuleDraft | VersionDraft,
  { space, tags, parents, near }: ResolvedDraft,
  now: number,
): void {
  if (draft.embedding && space !== null) {
    database.run('INSERT INTO embeddings VALUES (?, ?, ?)', version, space, vectorBytes(draft.embedding.vector))
  }
  for (const tag of new Set(tags)) database.run('INSERT INTO version_tags VALUES (?, ?)', tag, version)
  for (const [position, parent] of parents.entries()) {
    const { edge } = parent
    database.run(
      'INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      capsule,
      version,
      position,
      parent.key,
      edge.version,
      edge.reason,
      edge.at,
      edge.changes === undefined ? null : JSON.stringify(edge.changes),
    )
  }
  if (draft.minhash) {
    database.run(
      'INSERT INTO signatures VALUES (?, ?, ?)',
      version,
      signatureBytes(draft.minhash),
      bandBytes(draft.bands),
    )
    for (const band of draft.bands) bands.add(band, version)
  }
  for (const { key, similarity } of near) {
    database.run('INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)', capsule, SIMILAR_TO, key, similarity, now)
  }
}

const SIMILAR_TO = LINK_CODES.encode('SIMILAR_TO')

interface IndexedHead {
  readonly key: number
  readonly head: number
  readonly status: number
  /** Effective trust. */
  readonly trust: number
}

function indexHead(
  { staged }: WriteSession,
  { key, head, status, trust }: IndexedHead,
  draft: CapsuleDraft | VersionDraft,
  { owner, identity, lane, fold, space, tags }: ResolvedDraft,
): void {
  if (!draft.indexed) return
  const text = toIndexedText(draft.title, draft.tags, draft.content)
  if (status === ACTIVE) staged.stageText({ table: 'fts_head', key, text })
  else staged.stageText({ table: 'fts_rest', key: head, text })
  if (!draft.embedding || space === null) return
  const scope = { owner, identity: identity ?? 0, lane: lane ?? 0, fold: fold ?? 0 }
  const columns = { trust, type: TYPE_CODES.encode(draft.type), status, tags, ...scope }
  staged.stageSlot({ kind: 'put', space, capsule: key, vector: draft.embedding.vector, columns })
}

function getEnd(session: WriteSession, version: number): { readonly ordinal: number; readonly valid_from: number } {
  const row = session.database.get<{ ordinal: number; valid_from: number }>(
    'SELECT ordinal, valid_from FROM versions WHERE key = ?',
    version,
  )
  if (!row) throw new RangeError(`no version has the key ${version}`)
  return row
}

/** Negative, zero or positive, as MAJOR.MINOR.PATCH `a` is below, at or above `b`. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  const differing = left.findIndex((part, index) => part !== right[index])
  return differing === -1 ? 0 : left[differing]! - right[differing]!
}

/** Keys of tags as a row lists them; `parseTagKeys` reads them. */
const tagText = (tags: readonly number[]): string | null => (tags.length === 0 ? null : JSON.stringify(tags))

const toNearDuplicate = ({ id, similarity }: SimilarCapsule): NearDuplicate => ({ id, similarity })

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}
