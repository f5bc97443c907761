import { CascadeError, formatUuid, isUuid } from '#base'
import type { CapsuleCreateChange, CapsuleDraft, CapsuleVersionChange, VersionDraft } from '#capsules'
import type { NearDuplicate } from '#store'
import { endVersion, requireLiving, updateCapsule } from './capsule-rows.ts'
import { ACTIVE, TYPE_CODES } from './codes.ts'
import { trustOfNewHead } from './effective-trust-propagation.ts'
import { HEADS, REST } from './lexical/index.ts'
import type { SimilarCapsule } from './near-duplicates.ts'
import { type ResolvedDraft, resolveDraft } from './resolved-draft.ts'
import { dedupeKey, placeKey } from './scope-keys.ts'
import { WORDS } from './spaces.ts'
import { tagText } from './tag-keys.ts'
import { connectVersion, insertVersion, type VersionTimes } from './version-writer.ts'
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

export const FIRST_VERSION = '1.0.0'

// Hex digits become bytes in SQLite: a buffer for them takes longer.
const INSERT_CAPSULE = `INSERT INTO capsules (id, owner, status, trust, effective_trust, revision, head, version, type,
  identity, lane, fold, part_of, part_index, indexed, space, dedupe, place, created_at, updated_at, valid_from, title, tags,
  bytes, depth)
  VALUES (unhex(?, '-'), ?, ${ACTIVE}, ?, ?, 1, ?, '${FIRST_VERSION}', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`

const FIND_DUPLICATE = `SELECT c.id FROM capsules c JOIN versions v ON v.key = c.head WHERE c.dedupe = ? AND c.owner = ?
  AND v.fingerprint = unhex(?) AND v.place IS ? ORDER BY c.key LIMIT 1`

export function createCapsule(session: WriteSession, change: CapsuleCreateChange, now: number): ChangeEffect {
  const { draft } = change
  const dedupe = dedupeKey(draft.owner, draft)
  const twin = change.dedupe === 'scope' ? findDuplicate(session, draft, dedupe) : undefined
  if (twin !== undefined) return { ...effectOn(twin), isTwin: true }
  if (!isUuid(draft.id)) throw new CascadeError('UNPROCESSABLE', `${draft.id} is no UUID`)
  const resolved = resolveDraft(session, draft, session.names.intern(draft.owner), undefined)
  const head = session.nextVersion()
  const times = { now, validFrom: draft.validFrom ?? now }
  const key = insertCapsule(session, draft, resolved, { head, dedupe, ...times })
  const place = { capsule: key, ordinal: 1, version: FIRST_VERSION, reason: null }
  insertVersion(session, head, place, draft, resolved, times)
  connectVersion(session, key, head, draft, resolved, now)
  let trust = draft.trust
  if (resolved.parents.length > 0 || resolved.partOf !== null) trust = trustOfNewHead(session, key)
  indexHead(session, { key, head, status: ACTIVE, trust }, draft, resolved)
  return { id: draft.id, created: true, nearDuplicates: resolved.near.map(toNearDuplicate) }
}

export function addVersion(session: WriteSession, { draft }: CapsuleVersionChange, now: number): ChangeEffect {
  const before = requireLiving(session, draft.id)
  if (compareVersions(draft.version, before.version) <= 0) {
    throw new CascadeError(
      'CONFLICT',
      `version ${draft.version} of ${draft.id} is not above its newest, ${before.version}`,
    )
  }
  const resolved = resolveDraft(session, draft, before.owner, before)
  const last = getEnd(session, before.head)
  const validFrom = Math.max(last.valid_from, draft.validFrom ?? now)
  if (before.status === ACTIVE && before.indexed === 1) session.texts.move(before.head, HEADS, REST)
  endVersion(session.database, before.head, { at: validFrom, recordedAt: now })
  const head = session.nextVersion()
  const { version, versionReason: reason } = draft
  const place = { capsule: before.key, ordinal: last.ordinal + 1, version, reason }
  insertVersion(session, head, place, draft, resolved, { now, validFrom })
  updateCapsule(session.database, before.key, headColumns(session, before, draft, resolved, { head, now, validFrom }))
  connectVersion(session, before.key, head, draft, resolved, now)
  const trust = trustOfNewHead(session, before.key)
  const placed = new Set(resolved.vectors.map(({ space }) => space))
  for (const space of session.spaces.of(before)) {
    if (!placed.has(space)) session.staged.stageSlot({ kind: 'clear', space, capsule: before.key })
  }
  if (!draft.indexed) session.staged.stageSlot({ kind: 'clear', space: WORDS, capsule: before.key })
  indexHead(session, { key: before.key, head, status: before.status, trust }, draft, resolved)
  return { id: draft.id, created: false, nearDuplicates: resolved.near.map(toNearDuplicate) }
}

/** The ACTIVE head that says the same at the same place of the same scope. */
function findDuplicate({ database, names }: WriteSession, draft: CapsuleDraft, dedupe: number): string | undefined {
  const row = database.get<{ id: Uint8Array }>(
    FIND_DUPLICATE,
    dedupe,
    names.intern(draft.owner),
    draft.fingerprint,
    draft.place,
  )
  return row && formatUuid(row.id)
}

function insertCapsule(
  session: WriteSession,
  draft: CapsuleDraft,
  resolved: ResolvedDraft,
  { head, dedupe, now, validFrom }: VersionTimes & { readonly head: number; readonly dedupe: number },
): number {
  const { database } = session
  return database.insert(
    INSERT_CAPSULE,
    draft.id,
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
    Buffer.byteLength(draft.content),
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
    bytes: before.bytes + Buffer.byteLength(draft.content),
  }
}

interface IndexedHead {
  readonly key: number
  readonly head: number
  readonly status: number
  /** Effective trust. */
  readonly trust: number
}

/** Enters a head into the indexes, as its capsule is by now. */
export function indexHead(
  { staged, texts }: WriteSession,
  { key, head, status, trust }: IndexedHead,
  draft: CapsuleDraft | VersionDraft,
  { owner, identity, lane, fold, vectors, tags }: Omit<ResolvedDraft, 'parents' | 'partOf' | 'near' | 'space'>,
): void {
  if (!draft.indexed) return
  texts.write({ version: head, capsule: key, title: draft.title, tags: draft.tags, content: draft.content })
  texts.enter(status === ACTIVE ? HEADS : REST, head)
  const scope = { owner, identity: identity ?? 0, lane: lane ?? 0, fold: fold ?? 0 }
  const columns = { trust, type: TYPE_CODES.encode(draft.type), status, tags, ...scope }
  staged.stageSlot({ kind: 'head', space: WORDS, capsule: key, columns })
  for (const { space, vector } of vectors) staged.stageSlot({ kind: 'put', space, capsule: key, vector, columns })
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

const toNearDuplicate = ({ id, similarity }: SimilarCapsule): NearDuplicate => ({ id, similarity })
