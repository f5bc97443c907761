import { CascadeError } from '#base'
import type { Database } from './database.ts'

/**
 * The schema, step by step: entry n leads from `user_version` n to n + 1. An entry that has left the house is never
 * changed; a change of the schema is a new entry.
 *
 * Integer keys grow in the order of creation. Words that repeat (owners, scopes, tags, models) are rows of `names`.
 * Times are milliseconds since 1970. Few secondary indexes, and those mostly grow at their end: each one costs a page
 * per row in a bulk load.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) WITHOUT ROWID, STRICT;
  CREATE TABLE names (key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  -- Names that erased capsules used, until it is known whether anybody else does.
  CREATE TABLE erased_names (key INTEGER PRIMARY KEY) STRICT;

  -- The capsule as a whole, with those members of its head that lists and lineage read.
  CREATE TABLE capsules (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    owner INTEGER NOT NULL,
    status INTEGER NOT NULL,
    trust INTEGER NOT NULL,
    effective_trust INTEGER NOT NULL,
    unsettled INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL,
    head INTEGER NOT NULL,
    version TEXT NOT NULL,
    type INTEGER NOT NULL,
    identity INTEGER,
    lane INTEGER,
    fold INTEGER,
    part_of INTEGER,
    part_index INTEGER,
    indexed INTEGER NOT NULL,
    space INTEGER,
    dedupe INTEGER,
    place INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- Of the head, beside it for ranking.
    valid_from INTEGER NOT NULL,
    title TEXT,
    tags TEXT,
    -- Of the contents of all versions.
    bytes INTEGER NOT NULL,
    -- Steps to the farthest origin, along the edges of any version.
    depth INTEGER NOT NULL,
    -- Of what lies in a segment of an archive: the segment, and the key of what it holds of the capsule.
    segment BLOB,
    segment_key BLOB
  ) STRICT;
  CREATE UNIQUE INDEX capsule_id ON capsules (id);
  CREATE INDEX capsule_owner ON capsules (owner);
  CREATE INDEX capsule_dedupe ON capsules (dedupe) WHERE dedupe IS NOT NULL;
  CREATE INDEX capsule_place ON capsules (place) WHERE place IS NOT NULL;
  CREATE INDEX capsule_part ON capsules (part_of, part_index) WHERE part_of IS NOT NULL;
  CREATE INDEX capsule_unsettled ON capsules (key) WHERE unsettled = 1;

  -- What a version says. Only its end (valid_to, and when that was recorded) is ever written again.
  CREATE TABLE versions (
    key INTEGER PRIMARY KEY,
    capsule INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    version TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    ended_at INTEGER,
    bytes INTEGER NOT NULL,
    type INTEGER NOT NULL,
    indexed INTEGER NOT NULL,
    space INTEGER,
    author INTEGER NOT NULL,
    identity INTEGER,
    lane INTEGER,
    fold INTEGER,
    part_of INTEGER,
    part_index INTEGER,
    part_place TEXT,
    licence INTEGER NOT NULL,
    category TEXT,
    title TEXT,
    tags TEXT,
    place TEXT,
    fingerprint BLOB NOT NULL,
    digest_key BLOB NOT NULL,
    metadata TEXT,
    source TEXT,
    version_reason TEXT,
    licence_terms TEXT,
    content ANY NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX version_of ON versions (capsule, ordinal, version);
  -- Those whose vector is the store's own to make, and those whose vector a caller gave: counted without their contents.
  CREATE INDEX version_own ON versions (key) WHERE indexed = 1 AND space IS NULL;
  CREATE INDEX version_given ON versions (space) WHERE space IS NOT NULL;

  -- Where a version stands in its session or document, and who said it when; no row where it says none of that. The
  -- thread is a key made of its name, the speaker a name.
  CREATE TABLE standings (
    version INTEGER PRIMARY KEY,
    capsule INTEGER NOT NULL,
    thread INTEGER,
    position INTEGER,
    speaker INTEGER,
    at INTEGER
  ) STRICT;
  CREATE INDEX standing_thread ON standings (thread, position) WHERE thread IS NOT NULL;
  CREATE INDEX standing_speaker ON standings (speaker) WHERE speaker IS NOT NULL;

  -- A space is a model with its number of dimensions; vectors of different spaces are never compared. Its role: 0 vectors
  -- that callers gave, 1 active, 2 shadow, 3 retired. In capsules and versions, space is that of a vector that a caller
  -- gave; where it is null, the vector lies in the store's own spaces.
  CREATE TABLE spaces (
    key INTEGER PRIMARY KEY,
    model TEXT NOT NULL UNIQUE,
    dimensions INTEGER NOT NULL,
    role INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE embeddings (version INTEGER NOT NULL, space INTEGER NOT NULL, vector BLOB NOT NULL) STRICT;
  CREATE UNIQUE INDEX embedding_of ON embeddings (version, space);
  -- Versions whose text was found to have no place in a space of the store's own.
  CREATE TABLE blanks (
    space INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (space, version)
  ) WITHOUT ROWID, STRICT;
  -- MinHash and the keys of its bands. Which versions share a band is looked up in memory, made from these rows: as rows
  -- of their own the bands would be written all over a tree, eight pages a capsule.
  CREATE TABLE signatures (version INTEGER PRIMARY KEY, minhash BLOB NOT NULL, bands BLOB NOT NULL) STRICT;

  -- DERIVED_FROM, one row a version of the child and parent.
  CREATE TABLE edges (
    child INTEGER NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    parent_version TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    changes TEXT,
    PRIMARY KEY (child, version, position)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX edge_parent ON edges (parent, child);

  CREATE TABLE links (
    source INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    target INTEGER NOT NULL,
    weight REAL NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (source, kind, target)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX link_target ON links (target, kind);

  CREATE TABLE trust_history (
    key INTEGER PRIMARY KEY,
    capsule INTEGER NOT NULL,
    old INTEGER NOT NULL,
    new INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX trust_history_of ON trust_history (capsule);

  -- The log. The columns after hash repeat what filters ask for; subject and correlation are keys made of the text.
  CREATE TABLE leaves (
    sequence INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    hash BLOB NOT NULL,
    category INTEGER NOT NULL,
    type INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    correlation INTEGER NOT NULL,
    events TEXT
  ) STRICT;
  CREATE INDEX leaf_type ON leaves (type);
  CREATE INDEX leaf_actor ON leaves (actor);
  CREATE INDEX leaf_subject ON leaves (subject);
  CREATE INDEX leaf_correlation ON leaves (correlation);

  CREATE TABLE receipts (
    key INTEGER PRIMARY KEY,
    command BLOB NOT NULL UNIQUE,
    decision ANY,
    body TEXT,
    outcome INTEGER NOT NULL,
    id BLOB,
    version TEXT,
    sequence INTEGER NOT NULL,
    near_duplicates TEXT,
    written_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX receipt_decision ON receipts (decision) WHERE decision IS NOT NULL;

  CREATE TABLE records (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    expires_at INTEGER,
    value TEXT NOT NULL,
    PRIMARY KEY (collection, key)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX record_expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE record_index (
    collection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (collection, name, value, key)
  ) WITHOUT ROWID, STRICT;

  -- The index of words. What each indexed version says, as numbers of terms; which half of the index a version entered
  -- and left since the last segment; and segments, which are made of these rows and can be made again.
  CREATE TABLE lexicon (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, spelling TEXT) STRICT;
  CREATE TABLE term_streams (
    version INTEGER PRIMARY KEY,
    capsule INTEGER NOT NULL,
    length INTEGER NOT NULL,
    stream BLOB NOT NULL
  ) STRICT;
  CREATE TABLE lexical_changes (key INTEGER PRIMARY KEY, version INTEGER NOT NULL, effect INTEGER NOT NULL) STRICT;
  CREATE TABLE lexical_segments (
    key INTEGER PRIMARY KEY,
    part INTEGER NOT NULL,
    first_change INTEGER NOT NULL,
    last_change INTEGER NOT NULL,
    net_documents INTEGER NOT NULL,
    net_length INTEGER NOT NULL,
    versions BLOB NOT NULL,
    capsules BLOB NOT NULL,
    lengths BLOB NOT NULL,
    gone BLOB NOT NULL,
    first_terms BLOB NOT NULL
  ) STRICT;
  CREATE TABLE lexical_pages (key INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
  -- One row. The layout grows when segments come or go, the epoch when what a segment holds was changed; changes up to
  -- the covered one are in segments.
  CREATE TABLE lexical_state (
    layout INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    covered INTEGER NOT NULL,
    next_segment INTEGER NOT NULL
  ) STRICT;
  INSERT INTO lexical_state VALUES (0, 0, 0, 1);
  -- Segments that are gone, but for their pages.
  CREATE TABLE lexical_garbage (segment INTEGER PRIMARY KEY) STRICT;
  `,
  `
  -- Status of a chunk before it went along with its document; null while its status is its own.
  ALTER TABLE capsules ADD COLUMN own_status INTEGER;
  -- Chunks beside a document that is not ACTIVE (1) have gone along with it.
  UPDATE capsules SET own_status = 1
    WHERE status <> 1 AND part_of IN (SELECT key FROM capsules WHERE status <> 1);
  `,
  `
  -- The Merkle tree over the leaves, which follows from them: hashes of tiles, of full ones with their inner nodes. One row
  -- says of how many leaves it is made.
  CREATE TABLE tree_tiles (key INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
  CREATE TABLE tree_state (size INTEGER NOT NULL) STRICT;
  INSERT INTO tree_state VALUES (0);
  -- What was signed: the newest checkpoint of each origin, and some before it.
  CREATE TABLE checkpoints (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (origin, size)
  ) WITHOUT ROWID, STRICT;
  `,
  `
  -- Versions that everybody may read who signs in (1: public).
  CREATE INDEX version_public ON versions (capsule) WHERE licence = 1;
  `,
]

export interface MigrateOptions {
  readonly migrations?: readonly string[]
  /** Called before the first change of a store that an older program wrote, with the version to come. */
  readonly backUp?: (toVersion: number) => void
}

/**
 * Brings the schema to this program's version, each step in its own transaction.
 *
 * @throws CascadeError DATA_FOLDER_NEWER when a newer program wrote the file; nothing is changed then, nor when `backUp`
 *   throws.
 */
export function migrate(
  database: Database,
  { migrations = MIGRATIONS, backUp = () => undefined }: MigrateOptions = {},
): void {
  const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
  if (version > migrations.length) {
    throw new CascadeError(
      'DATA_FOLDER_NEWER',
      `the data folder has schema ${version}, this program knows schemas up to ${migrations.length}`,
    )
  }
  if (version > 0 && version < migrations.length) backUp(migrations.length)
  for (const [offset, step] of migrations.slice(version).entries()) {
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${version + offset + 1}; COMMIT`)
  }
}
