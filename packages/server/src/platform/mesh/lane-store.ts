import { CascadeError } from '#base'
import { type Change, type Command, type Grant, type Records, toRecord, type UnitOfWork } from '#store'
import { DEAD_LETTERS, type DeadLetter, LANES, type LaneRow, laneName, letterKey } from './mesh-rows.ts'
import type { Entry } from './window.ts'

export type MeshStore = Pick<UnitOfWork, 'append'> & { readonly records: Records }

/** What a lane writes down in one transaction. */
export interface LaneSave {
  readonly route: string
  readonly sink: string
  readonly row: LaneRow
  /** Of the row that is there; 0 for none. */
  readonly revision: number
  readonly dead: readonly DeadLetter[]
  /** Of those of them that were delivered again: the revision they have to be at, by their key. */
  readonly revisions: ReadonlyMap<string, number>
  /** Keys of dead letters that were delivered after all. */
  readonly gone: readonly string[]
  /** Events delivered since the last save. */
  readonly delivered: number
}

/** What the mesh says of itself begins with this. */
export const MESH_TYPE_PREFIX = 'cascade.mesh.'

/** The command of a save: the row, the dead letters and what tells of them, together or not at all. */
export function saveCommand(records: Records, grant: Grant, id: string, save: LaneSave): Command {
  const { route, sink, row, revision, dead, revisions, gone, delivered } = save
  const keys = new Set(dead.map(({ event }) => letterKey(event.id, route, sink)))
  const put = (letter: DeadLetter) => {
    const key = letterKey(letter.event.id, route, sink)
    const expectedRevision = revisions.get(key)
    return records.put(grant, DEAD_LETTERS, key, letter, expectedRevision === undefined ? {} : { expectedRevision })
  }
  const changes: Change[] = [
    records.put(grant, LANES, laneName(route, sink), row, { expectedRevision: revision }),
    ...dead.map(put),
    ...gone.filter((key) => !keys.has(key)).map((key) => records.delete(grant, DEAD_LETTERS, key)),
  ]
  const advanced = toRecord(grant, 'mesh.advanced', 'system/mesh', { route, sink, up_to: row.cursor, delivered }, {})
  return {
    id,
    grant,
    changes,
    records: [advanced, ...dead.map((letter) => tellDead(grant, letter))],
    events: dead.flatMap(eventOfDead),
  }
}

const tellDead = (grant: Grant, { route, sink, event, attempts, cause }: DeadLetter) =>
  toRecord(grant, 'mesh.dead_lettered', `event/${event.id}`, { route, sink, type: event.type, attempts, cause }, {})

/**
 * A dead letter of what the mesh says of itself is on record and told by no event: two routes that fail with each other's
 * dead letters would never come to an end.
 */
function eventOfDead({ route, sink, event, attempts, cause }: DeadLetter): Command['events'] {
  if (event.type.startsWith(MESH_TYPE_PREFIX)) return []
  const data = { id: event.id, route, sink, type: event.type, attempts, cause }
  return [{ type: 'cascade.mesh.dead_lettered', subject: `event/${event.id}`, data }]
}

/** The dead letter of an event that is given up; a replay that fails counts its tries on top. */
export function letterOf(
  { event, letter, attempts, firstAt, reason, cause }: Entry,
  route: string,
  sink: string,
  now: number,
): DeadLetter {
  const { id, type, sequence, subject, actor } = event
  return {
    ...{ route, sink, event: { id, type, sequence }, subject, actor, replaying: '', cause },
    attempts: attempts + (letter?.value.attempts ?? 0),
    reason: reason ?? '',
    firstAt: letter?.value.firstAt ?? (firstAt || now),
    lastAt: now,
  }
}

/** Carries out one command. @throws CascadeError what it is refused with. */
export async function appendOne(store: Pick<UnitOfWork, 'append'>, command: Command): Promise<void> {
  const [outcome] = await store.append([command])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to the mesh.')
}
