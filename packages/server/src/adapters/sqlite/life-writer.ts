import { CascadeError } from '#base'
import type { CapsuleLinkChange, CapsuleStatusChange, CapsuleTrustChange, CapsuleUnlinkChange } from '#capsules'
import { updateCapsule } from './capsule-rows.ts'
import { type ChangeEffect, dedupeKey, effectOn, requireCapsule } from './capsule-writer.ts'
import { ACTIVE, ARCHIVED, LINK_CODES, STATUS_CODES, TYPE_CODES } from './codes.ts'
import { recomputeTrust } from './effective-trust-propagation.ts'
import { moveTextToHead, moveTextToRest } from './text-index.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** Archives, restores, quarantines or releases a capsule, and its chunks when asked to. */
export function setStatus(session: WriteSession, change: CapsuleStatusChange, now: number): ChangeEffect {
  const row = requireCapsule(session, change.id)
  const rows = change.withChunks ? [row, ...chunksOf(session, row)] : [row]
  const status = STATUS_CODES.encode(change.status)
  for (const each of rows) changeStatus(session, each, status, now)
  for (const each of rows) recomputeTrust(session, each.key)
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
  const row = requireCapsule(session, id)
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
  const row = requireCapsule(session, from)
  const target = requireCapsule(session, to)
  if (from === to) throw new CascadeError('UNPROCESSABLE', `the capsule ${from} cannot be linked to itself`)
  if (!(weight >= 0 && weight <= 1)) throw new CascadeError('UNPROCESSABLE', `a weight is 0 to 1, not ${weight}`)
  const sql = 'INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)'
  session.database.run(sql, row.key, LINK_CODES.encode(kind), target.key, weight, now)
  updateCapsule(session.database, row.key, touched(row, now))
  return effectOn(from)
}

/** Nothing is taken away where there is no such link. */
export function unlink(session: WriteSession, change: CapsuleUnlinkChange, now: number): ChangeEffect {
  const row = requireCapsule(session, change.from)
  const target = requireCapsule(session, change.to)
  const sql = 'DELETE FROM links WHERE source = ? AND kind = ? AND target = ?'
  session.database.run(sql, row.key, LINK_CODES.encode(change.link), target.key)
  updateCapsule(session.database, row.key, touched(row, now))
  return effectOn(change.from)
}

function changeStatus(session: WriteSession, row: CapsuleRow, status: number, now: number): void {
  const isActive = status === ACTIVE
  const dedupe = isActive ? { dedupe: dedupeKeyOf(session, row) } : { dedupe: null }
  updateCapsule(session.database, row.key, { status, ...dedupe, ...touched(row, now) })
  if (status !== row.status) endValidity(session, row, status, now)
  if (row.indexed === 0) return
  if (row.status === ACTIVE && !isActive) moveTextToRest(session, row)
  if (row.status !== ACTIVE && isActive) moveTextToHead(session, row)
  if (row.space !== null) {
    session.staged.stageSlot({ kind: 'columns', space: row.space, capsule: row.key, columns: { status } })
  }
}

/** What is archived is no longer held to be valid from that moment on; coming back, it is as if it had always been. */
function endValidity({ database }: WriteSession, row: CapsuleRow, status: number, now: number): void {
  if (status === ARCHIVED) {
    database.run('UPDATE versions SET valid_to = max(?, valid_from), ended_at = ? WHERE key = ?', now, now, row.head)
  } else if (status === ACTIVE) {
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

const chunksOf = ({ database }: WriteSession, document: CapsuleRow): CapsuleRow[] =>
  database.all<CapsuleRow>('SELECT * FROM capsules WHERE part_of = ? ORDER BY part_index, key', document.key)
