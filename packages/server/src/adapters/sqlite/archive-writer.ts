import { CascadeError, uuidBytes } from '#base'
import type { CapsuleOffloadChange, CapsuleReloadChange, ReturnedCapsule, TrustEntry, VersionDraft } from '#capsules'
import { signatureBytes } from '../../domain/capsules/rules/index.ts'
import { bandBytes } from './band-index.ts'
import { endVersion, requireCapsule, requireLiving, updateCapsule } from './capsule-rows.ts'
import { type ChangeEffect, effectOn, indexHead } from './capsule-writer.ts'
import { ACTIVE, ARCHIVED, ERASED, STATUS_CODES } from './codes.ts'
import { encodeContent } from './content-codec.ts'
import { recomputeTrust, trustOfNewHead } from './effective-trust-propagation.ts'
import { CONTENT_AWAY, noteNames, takeOutOfIndexes } from './erase-writer.ts'
import { isEmpty } from './is-empty.ts'
import { REST } from './lexical/index.ts'
import { type ResolvedDraft, resolveVectors } from './resolved-draft.ts'
import { dedupeKey, placeKey } from './scope-keys.ts'
import { insertStanding } from './standings.ts'
import { vectorBytes } from './stored-vector.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** What a version says, less what finds it and its capsule: numbers, times, author, scope, type, tags, and the head's title. */
const STUB_VERSION = `UPDATE versions SET content = '', bytes = 0, indexed = 0, space = NULL, category = NULL, place = NULL,
  part_place = NULL, metadata = NULL, source = NULL, version_reason = NULL, licence_terms = NULL,
  title = CASE WHEN key = ?2 THEN title END, fingerprint = zeroblob(32), digest_key = zeroblob(32) WHERE capsule = ?1`

/** Leaves of each capsule what others see of it. */
export function offloadCapsules(session: WriteSession, change: CapsuleOffloadChange, now: number): ChangeEffect {
  const words: number[] = []
  for (const { id, key } of change.capsules) {
    const row = requireLiving(session, id)
    words.push(...offload(session, row, { segment: uuidBytes(change.segment), segment_key: key }, now))
  }
  // All of one segment in one go: it takes a look at every segment of the index.
  session.texts.purge(words)
  return effectOn(null)
}

/** Returns the versions that left the index of words. */
function offload(
  session: WriteSession,
  row: CapsuleRow,
  place: { readonly segment: Uint8Array; readonly segment_key: Uint8Array },
  now: number,
): readonly number[] {
  const { database } = session
  if (row.status !== ACTIVE && row.status !== ARCHIVED)
    throw new CascadeError(
      'CONFLICT',
      `a capsule that is ${STATUS_CODES.decode(row.status)} does not go into an archive`,
    )
  // Who spoke is told by its standing alone, which goes: when nobody else is left, the name may go as well.
  noteNames(session, row)
  const words = takeOutOfIndexes(session, row)
  if (row.status === ACTIVE) endVersion(database, row.head, { at: now, recordedAt: now })
  for (const sql of CONTENT_AWAY) database.run(sql, row.key)
  database.run(STUB_VERSION, row.key, row.head)
  updateCapsule(database, row.key, {
    status: ARCHIVED,
    own_status: null,
    revision: row.revision + 1,
    updated_at: now,
    indexed: 0,
    space: null,
    dedupe: null,
    place: null,
    bytes: 0,
    ...place,
  })
  recomputeTrust(session, row.key)
  return words
}

/** Brings back what `offloadCapsules` took. */
export function reloadCapsule(session: WriteSession, { capsule }: CapsuleReloadChange, now: number): ChangeEffect {
  const row = requireCapsule(session, capsule.id)
  if (row.status === ERASED) throw new CascadeError('ERASED', `the capsule ${capsule.id} was erased`)
  if (row.segment === null) throw new CascadeError('CONFLICT', `the capsule ${capsule.id} is in the store`)
  const versions = matchVersions(session, row, capsule)
  for (const version of versions) fillVersion(session, row, version)
  insertTrustHistory(session, row.key, capsule.trustHistory)
  const head = versions.at(-1)!
  const status = fillCapsule(session, row, capsule, head, now)
  const trust = trustOfNewHead(session, row.key)
  indexHead(session, { key: row.key, head: row.head, status, trust }, head.draft, head)
  return effectOn(capsule.id)
}

/** A version that comes back: its row, and what is put into it. */
interface ReturnedVersion extends Returned {
  readonly key: number
  readonly draft: VersionDraft
}
type Returned = Pick<ResolvedDraft, 'owner' | 'identity' | 'lane' | 'fold' | 'tags' | 'space' | 'vectors'>

/** @throws CascadeError UNPROCESSABLE where they are not those that the capsule has. */
function matchVersions(session: WriteSession, row: CapsuleRow, { id, versions }: ReturnedCapsule): ReturnedVersion[] {
  const rows = session.database.all<{ key: number; version: string }>(
    'SELECT key, version FROM versions WHERE capsule = ? ORDER BY ordinal',
    row.key,
  )
  if (rows.length !== versions.length || rows.some(({ version }, index) => version !== versions[index]?.version))
    throw new CascadeError('UNPROCESSABLE', `the versions that come back of ${id} are not those that it has`)
  const { names } = session
  return rows.map(({ key }, index) => {
    const draft = versions[index]!
    return {
      ...{ key, draft, owner: row.owner },
      ...resolveVectors(session, draft),
      identity: names.internNullable(draft.identity),
      lane: names.internNullable(draft.lane),
      fold: names.internNullable(draft.fold),
      tags: draft.tags.map((tag) => names.intern(tag)),
    }
  })
}

const FILL_VERSION = `UPDATE versions SET content = ?, bytes = ?, indexed = ?, space = ?, title = ?, category = ?, place = ?,
  part_place = ?, metadata = ?, source = ?, version_reason = ?, licence_terms = ?, fingerprint = unhex(?), digest_key = ?
  WHERE key = ?`

function fillVersion(session: WriteSession, row: CapsuleRow, { key, draft, space, vectors }: ReturnedVersion): void {
  const { database, bands } = session
  const content = encodeContent(draft.content, session.settings.compressionLevel)
  database.run(
    FILL_VERSION,
    content.stored,
    content.bytes,
    Number(draft.indexed),
    space,
    draft.title,
    draft.category,
    draft.place,
    draft.partOf?.place ?? null,
    isEmpty(draft.metadata) ? null : JSON.stringify(draft.metadata),
    draft.source === null ? null : JSON.stringify(draft.source),
    draft.versionReason,
    draft.licenceTerms,
    draft.fingerprint,
    draft.digestKey,
    key,
  )
  insertStanding(session, row.key, key, draft, session.names.text(row.owner))
  for (const { space, vector } of vectors)
    database.run('INSERT INTO embeddings VALUES (?, ?, ?)', key, space, vectorBytes(vector))
  if (draft.minhash) {
    database.run('INSERT INTO signatures VALUES (?, ?, ?)', key, signatureBytes(draft.minhash), bandBytes(draft.bands))
    for (const band of draft.bands) bands.add(band, key)
  }
  // The head enters with its capsule.
  if (!draft.indexed || key === row.head) return
  session.texts.write({ version: key, capsule: row.key, title: draft.title, tags: draft.tags, content: draft.content })
  session.texts.enter(REST, key)
}

/** Returns the status, as its code. */
function fillCapsule(
  { database, names }: WriteSession,
  row: CapsuleRow,
  capsule: ReturnedCapsule,
  { draft, space }: ReturnedVersion,
  now: number,
): number {
  const status = STATUS_CODES.encode(capsule.status)
  const owner = names.text(row.owner)
  if (status === ACTIVE) database.run('UPDATE versions SET valid_to = NULL, ended_at = NULL WHERE key = ?', row.head)
  updateCapsule(database, row.key, {
    status,
    own_status: capsule.ownStatus === null ? null : STATUS_CODES.encode(capsule.ownStatus),
    revision: row.revision + 1,
    updated_at: now,
    indexed: Number(draft.indexed),
    space,
    dedupe: status === ACTIVE ? dedupeKey(owner, draft) : null,
    place: draft.place === null ? null : placeKey(owner, draft, draft.place),
    bytes: capsule.versions.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0),
    segment: null,
    segment_key: null,
  })
  return status
}

function insertTrustHistory({ database, names }: WriteSession, key: number, entries: readonly TrustEntry[]): void {
  const sql = 'INSERT INTO trust_history (capsule, old, new, reason, at, actor) VALUES (?, ?, ?, ?, ?, ?)'
  for (const { old, new: now, reason, at, actor } of entries)
    database.run(sql, key, old, now, reason, at, names.intern(actor))
}
