import { CascadeError } from '#base'
import type { SpaceChange, SpaceFillChange, SpaceOpenChange, VersionVector } from '#capsules'
import { DROPPED_VERSIONS_MAX } from '../../domain/capsules/rules/index.ts'
import { findCapsule, getCapsule } from './capsule-rows.ts'
import { readFilling } from './space-filling.ts'
import { assertFits, ROLES, type Space } from './spaces.ts'
import { assertVector, toVector, vectorBytes } from './stored-vector.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** Carries out a change of the spaces. What each promises, and with which errors it ends, stands at `EmbeddingSpaces`. */
export function changeSpaces(session: WriteSession, change: SpaceChange): void {
  switch (change.kind) {
    case 'space.open':
      openSpace(session, change)
      break
    case 'space.switch':
      switchSpace(session, requireRole(session, change.model, ROLES.shadow))
      break
    case 'space.retire':
      session.spaces.retire(requireRole(session, change.model, ROLES.shadow))
      break
    case 'space.fill':
      fillSpace(session, change)
      break
    case 'space.drop':
      dropVectors(session, requireRole(session, change.model, ROLES.retired))
      break
  }
}

function openSpace({ spaces }: WriteSession, { role: word, model, dimensions }: SpaceOpenChange): void {
  const role = ROLES[word]
  const occupant = spaces.having(role)
  if (occupant) throw new CascadeError('CONFLICT', `the ${word} space is that of ${occupant.model}`)
  const known = spaces.find(model)
  if (known?.role === ROLES.active) throw new CascadeError('CONFLICT', `${model} is the active space already`)
  if (known?.role === ROLES.retired) throw new CascadeError('CONFLICT', `vectors of ${model} are still being removed`)
  if (known && known.dimensions !== dimensions) {
    throw new CascadeError('EMBEDDING_MISMATCH', `vectors of ${model} have ${known.dimensions} dimensions here`)
  }
  if (known) spaces.setRole(known, role)
  else spaces.make(model, dimensions, role)
}

function switchSpace({ database, spaces }: WriteSession, shadow: Space): void {
  const { versions, filled } = readFilling(database, shadow.key)
  if (filled !== versions) {
    throw new CascadeError(
      'CONFLICT',
      `${versions - filled} of ${versions} versions still lack a vector of ${shadow.model}`,
    )
  }
  const active = spaces.having(ROLES.active)
  if (active) spaces.retire(active)
  spaces.setRole(shadow, ROLES.active)
}

function requireRole({ spaces }: WriteSession, model: string, role: Space['role']): Space {
  const space = spaces.find(model)
  if (space?.role === role) return space
  throw new CascadeError('CONFLICT', `the space of ${model} is in another state, or gone`)
}

function fillSpace(session: WriteSession, { model, vectors }: SpaceFillChange): void {
  const space = session.spaces.own().find((own) => own.model === model)
  if (!space) throw new CascadeError('CONFLICT', `the space of ${model} is not one that is filled`)
  for (const { vector } of vectors) {
    if (!vector) continue
    assertVector(vector)
    assertFits(space, vector)
  }
  for (const one of vectors) fillVersion(session, space, one)
}

interface VersionPlace {
  readonly key: number
  readonly indexed: number
  readonly space: number | null
}

function fillVersion(session: WriteSession, space: Space, { id, version, vector }: VersionVector): void {
  const { database, staged } = session
  const capsule = findCapsule(database, id)
  if (!capsule) return
  const sql = 'SELECT key, indexed, space FROM versions WHERE capsule = ? AND version = ?'
  const place = database.get<VersionPlace>(sql, capsule.key, version)
  if (!place || place.indexed === 0 || place.space !== null) return
  if (!vector) {
    const blank = `INSERT OR IGNORE INTO blanks (space, version) SELECT ?1, ?2
      WHERE NOT EXISTS (SELECT 1 FROM embeddings WHERE version = ?2 AND space = ?1)`
    database.run(blank, space.key, place.key)
    return
  }
  database.run('INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)', place.key, space.key, vectorBytes(vector))
  database.run('DELETE FROM blanks WHERE space = ? AND version = ?', space.key, place.key)
  if (capsule.head === place.key) {
    staged.stageSlot({
      kind: 'put',
      space: space.key,
      capsule: capsule.key,
      vector,
      columns: columnsOf(session, capsule),
    })
  }
}

/** What the slot of a capsule is filtered by. */
function columnsOf({ database }: WriteSession, row: CapsuleRow) {
  const { tags } = database.get<{ tags: string | null }>('SELECT tags FROM capsules WHERE key = ?', row.key) ?? {}
  return {
    trust: row.effective_trust,
    type: row.type,
    status: row.status,
    owner: row.owner,
    identity: row.identity ?? 0,
    lane: row.lane ?? 0,
    fold: row.fold ?? 0,
    tags: parseTagKeys(tags ?? null),
  }
}

function dropVectors(session: WriteSession, space: Space): void {
  const { database, spaces } = session
  const first = firstToDrop(session, space)
  if (first !== undefined) {
    const last = first + DROPPED_VERSIONS_MAX - 1
    database.run(`DELETE FROM embeddings WHERE version BETWEEN ?2 AND ?3 AND ${OWN_IN_SPACE}`, space.key, first, last)
    session.droppedTo.set(space.key, last)
    return
  }
  session.droppedTo.delete(space.key)
  database.run('DELETE FROM blanks WHERE space = ?', space.key)
  const given = database.all<{ key: number }>('SELECT capsule AS key FROM versions WHERE space = ?', space.key)
  if (given.length === 0) {
    spaces.remove(space)
    return
  }
  spaces.giveBack(space)
  for (const { key } of new Set(given)) stageGiven(session, space, getCapsule(database, key))
}

const OWN_IN_SPACE =
  'space = ?1 AND version NOT IN (SELECT key FROM versions INDEXED BY version_given WHERE space = ?1)'

/**
 * The first version that has a vector to be removed. Looked for from where the last step ended, so that steps do not walk
 * past the same rows again; and from the beginning before it is believed that there is none.
 */
function firstToDrop({ database, droppedTo }: WriteSession, space: Space): number | undefined {
  const sql = `SELECT version FROM embeddings INDEXED BY embedding_of WHERE version > ?2 AND ${OWN_IN_SPACE}
    ORDER BY version LIMIT 1`
  const after = (version: number) => database.get<{ version: number }>(sql, space.key, version)?.version
  const from = droppedTo.get(space.key) ?? 0
  return after(from) ?? (from > 0 ? after(0) : undefined)
}

/** Vectors that callers gave under the model's name stay, and their capsules get their slots back. */
function stageGiven(session: WriteSession, space: Space, row: CapsuleRow): void {
  if (row.space !== space.key || row.indexed === 0) return
  const sql = 'SELECT vector FROM embeddings WHERE version = ? AND space = ?'
  const found = session.database.get<{ vector: Uint8Array }>(sql, row.head, space.key)
  if (!found) return
  const columns = columnsOf(session, row)
  session.staged.stageSlot({ kind: 'put', space: space.key, capsule: row.key, vector: toVector(found.vector), columns })
}
