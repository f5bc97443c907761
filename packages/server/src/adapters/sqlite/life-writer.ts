import { CascadeError } from '#base'
import type { CapsuleLinkChange, CapsuleStatusChange, CapsuleTrustChange, CapsuleUnlinkChange } from '#capsules'
import { type ChunkStanding, followDocument } from '../../domain/capsules/rules/index.ts'
import { endVersion, requireLiving, updateCapsule, type VersionEnd } from './capsule-rows.ts'
import { type ChangeEffect, effectOn } from './capsule-writer.ts'
import { ACTIVE, ARCHIVED, ERASED, LINK_CODES, STATUS_CODES, TYPE_CODES } from './codes.ts'
import { recomputeTrust } from './effective-trust-propagation.ts'
import { HEADS, REST } from './lexical/index.ts'
import { dedupeKey } from './scope-keys.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** Archives, restores, quarantines or releases a capsule, and its chunks when asked to. */
export function setStatus(session: WriteSession, change: CapsuleStatusChange, now: number): ChangeEffect {
  const row = requireLiving(session, change.id)
  const chunks = change.withChunks ? chunksOf(session, row).filter(({ status }) => status !== ERASED) : []
  const along = chunks.flatMap((chunk) => {
    const next = followDocument(chunk.standing, change.status)
    return next === chunk.standing ? [] : [{ row: chunk, next }]
  })
  const changed = [{ row, next: { status: change.status, ownStatus: null } }, ...along]
  const end = { at: Math.min(change.at ?? now, now), recordedAt: now }
  for (const { row, next } of changed) changeStatus(session, row, next, end)
  for (const { row } of changed) recomputeTrust(session, row.key)
  return effectOn(change.id)
}

export function setTrust(
  session: WriteSession,
  { id, trust, reason }: CapsuleTrustChange,
  actor: string,
  now: number,
): ChangeEffect {
  if (!Number.isInteger(trust) || trust < 0 || trust > 100) {
    throw new CascadeError('UNPROCESSABLE', `trust is an integer from 0 to 100, not ${trust}`)
  }
  const row = requireLiving(session, id)
  session.database.run(
    'INSERT INTO trust_history (capsule, old, new, reason, at, actor) VALUES (?, ?, ?, ?, ?, ?)',
    row.key,
    row.trust,
    trust,
    reason,
    now,
    session.names.intern(actor),
  )
  updateCapsule(session.database, row.key, { trust, ...touched(row, now) })
  recomputeTrust(session, row.key)
  return effectOn(id)
}

/** A link that is there already takes the new weight. */
export function link(session: WriteSession, change: CapsuleLinkChange, now: number): ChangeEffect {
  const { from, to, link: kind, weight } = change
  const row = requireLiving(session, from)
  const target = requireLiving(session, to)
  if (from === to) throw new CascadeError('UNPROCESSABLE', `the capsule ${from} cannot be linked to itself`)
  if (!(weight >= 0 && weight <= 1)) throw new CascadeError('UNPROCESSABLE', `a weight is 0 to 1, not ${weight}`)
  const sql = 'INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)'
  session.database.run(sql, row.key, LINK_CODES.encode(kind), target.key, weight, now)
  updateCapsule(session.database, row.key, touched(row, now))
  return effectOn(from)
}

/** Nothing is taken away where there is no such link. */
export function unlink(session: WriteSession, change: CapsuleUnlinkChange, now: number): ChangeEffect {
  const row = requireLiving(session, change.from)
  const target = requireLiving(session, change.to)
  const sql = 'DELETE FROM links WHERE source = ? AND kind = ? AND target = ?'
  session.database.run(sql, row.key, LINK_CODES.encode(change.link), target.key)
  updateCapsule(session.database, row.key, touched(row, now))
  return effectOn(change.from)
}

function changeStatus(session: WriteSession, row: CapsuleRow, standing: ChunkStanding, end: VersionEnd): void {
  const status = STATUS_CODES.encode(standing.status)
  const isActive = status === ACTIVE
  const dedupe = isActive ? dedupeKeyOf(session, row) : null
  const own_status = standing.ownStatus === null ? null : STATUS_CODES.encode(standing.ownStatus)
  updateCapsule(session.database, row.key, { status, own_status, dedupe, ...touched(row, end.recordedAt) })
  if (status !== row.status) endValidity(session, row, status, end)
  if (row.indexed === 0) return
  if (row.status === ACTIVE && !isActive) session.texts.move(row.head, HEADS, REST)
  if (row.status !== ACTIVE && isActive) session.texts.move(row.head, REST, HEADS)
  for (const space of session.spaces.columnsOf(row)) {
    session.staged.stageSlot({ kind: 'columns', space, capsule: row.key, columns: { status } })
  }
}

/** What is archived is no longer held to be valid; coming back, it is as if it had always been. */
function endValidity({ database }: WriteSession, row: CapsuleRow, status: number, end: VersionEnd): void {
  if (status === ARCHIVED) endVersion(database, row.head, end)
  else if (status === ACTIVE) {
    database.run('UPDATE versions SET valid_to = NULL, ended_at = NULL WHERE key = ?', row.head)
  }
}

const touched = (row: CapsuleRow, now: number) => ({ revision: row.revision + 1, updated_at: now })

interface HeadWords {
  readonly place: string | null
  readonly fingerprint: Uint8Array
}

function dedupeKeyOf({ database, names }: WriteSession, row: CapsuleRow): number {
  const head = database.get<HeadWords>('SELECT place, fingerprint FROM versions WHERE key = ?', row.head)
  if (!head) throw new RangeError(`no version has the key ${row.head}`)
  return dedupeKey(names.text(row.owner), {
    identity: names.textNullable(row.identity),
    lane: names.textNullable(row.lane),
    fold: names.textNullable(row.fold),
    type: TYPE_CODES.decode(row.type),
    place: head.place,
    fingerprint: Buffer.from(head.fingerprint).toString('hex'),
  })
}

interface ChunkRow extends CapsuleRow {
  readonly own_status: number | null
}

const chunksOf = ({ database }: WriteSession, document: CapsuleRow): (CapsuleRow & { standing: ChunkStanding })[] =>
  database
    .all<ChunkRow>('SELECT * FROM capsules WHERE part_of = ? ORDER BY part_index, key', document.key)
    .map((row) => ({ ...row, standing: standingOf(row) }))

const standingOf = ({ status, own_status: own }: ChunkRow): ChunkStanding => ({
  status: STATUS_CODES.decode(status),
  ownStatus: own === null ? null : STATUS_CODES.decode(own),
})
