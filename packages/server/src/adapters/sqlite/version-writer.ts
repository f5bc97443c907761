import type { CapsuleDraft, VersionDraft } from '#capsules'
import { signatureBytes } from '../../domain/capsules/rules/index.ts'
import { bandBytes } from './band-index.ts'
import { LICENCE_CODES, LINK_CODES, TYPE_CODES } from './codes.ts'
import { encodeContent } from './content-codec.ts'
import { isEmpty } from './is-empty.ts'
import { raiseDepth } from './lineage-depth.ts'
import type { ResolvedDraft } from './resolved-draft.ts'
import { insertStanding } from './standings.ts'
import { vectorBytes } from './stored-vector.ts'
import { tagText } from './tag-keys.ts'
import type { WriteSession } from './write-session.ts'

// Hex digits become bytes in SQLite: a buffer for them takes longer.
const INSERT_VERSION = `INSERT INTO versions (key, capsule, ordinal, version, created_at, valid_from, bytes, type, indexed,
  space, author, identity, lane, fold, part_of, part_index, part_place, licence, category, title, tags, place, fingerprint,
  digest_key, metadata, source, version_reason, licence_terms, content)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?), ?, ?, ?, ?, ?, ?)`

export interface VersionTimes {
  readonly now: number
  readonly validFrom: number
}

/** Where a version stands among those of its capsule. */
export interface VersionPlace {
  readonly capsule: number
  readonly ordinal: number
  readonly version: string
  /** Why the caller named a version of their own. */
  readonly reason: string | null
}

export function insertVersion(
  session: WriteSession,
  key: number,
  { capsule, ordinal, version, reason }: VersionPlace,
  draft: CapsuleDraft | VersionDraft,
  resolved: ResolvedDraft,
  { now, validFrom }: VersionTimes,
): void {
  const content = encodeContent(draft.content, session.settings.compressionLevel)
  session.database.run(
    INSERT_VERSION,
    key,
    capsule,
    ordinal,
    version,
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
    draft.fingerprint,
    draft.digestKey,
    isEmpty(draft.metadata) ? null : JSON.stringify(draft.metadata),
    draft.source === null ? null : JSON.stringify(draft.source),
    reason,
    draft.licenceTerms,
    content.stored,
  )
}

/** Rows that hang on a version: where it stands, its vector, parents, bands, and the links to what resembles it. */
export function connectVersion(
  session: WriteSession,
  capsule: number,
  version: number,
  draft: CapsuleDraft | VersionDraft,
  { owner, vectors, parents, near }: ResolvedDraft,
  now: number,
): void {
  const { database, bands } = session
  insertStanding(session, capsule, version, draft, session.names.text(owner))
  for (const { space, vector } of vectors) {
    database.run('INSERT INTO embeddings VALUES (?, ?, ?)', version, space, vectorBytes(vector))
  }
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
  if (parents.length > 0) raiseDepth(database, capsule)
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
