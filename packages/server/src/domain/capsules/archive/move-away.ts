import { putSegment, SEGMENT_UNITS_MAX, type SegmentDraft, SegmentWriter, UNIT_KEY_BYTES } from '#archive'
import { CascadeError, isCascadeError, sha256Hex, toRfc3339 } from '#base'
import type { Grant } from '#store'
import { listPlaced, raiseEpoch, readEpoch, requireNoErasure } from '../keeping/holds.ts'
import { tell } from '../use-cases/tell.ts'
import type { ArchiveReason, SegmentRow } from './archive-row.ts'
import { contentBytesOf, type Refusal, readUnit, type Unit } from './read-unit.ts'
import { type ArchivesOptions, appendOne, deleteObjects, dropRow, putRow, rowKey } from './segment-rows.ts'
import { tellArchive } from './tell-archive.ts'
import { writeUnit } from './unit-text.ts'

/** Bytes of sealed units from which on a segment is full; the last one may go beyond by what one unit holds. */
export const SEGMENT_BYTES_MAX = 64 * 1024 * 1024
/** Capsules of a segment, chunks among them; what moves together is written in one command. */
export const SEGMENT_CAPSULES_MAX = 1000
/** How often a segment is begun anew because its capsules were changed before they had left. */
export const MOVE_ROUNDS_MAX = 5

export interface Moved {
  readonly rows: readonly SegmentRow[]
  readonly refused: readonly Refusal[]
}

interface Asked {
  readonly grant: Grant<'capsule.offload'>
  readonly reason: ArchiveReason
  readonly signal: AbortSignal | undefined
}

/** Moves capsules and documents away, segment by segment. What is refused is named, and stays. */
export async function moveAway(options: ArchivesOptions, asked: Asked, ids: readonly string[]): Promise<Moved> {
  const [rows, refused]: [SegmentRow[], Refusal[]] = [[], []]
  let left = ids
  for (let round = 0; left.length > 0 && !asked.signal?.aborted; ) {
    const filled = await fillSegment(options, left)
    const row = filled.units.length === 0 ? undefined : await storeSegment(options, asked, filled)
    if (row === 'disturbed') {
      if (++round >= MOVE_ROUNDS_MAX)
        throw new CascadeError('CONFLICT', `Capsules were changed ${MOVE_ROUNDS_MAX} times while they were to move.`)
      continue
    }
    round = 0
    if (row) rows.push(row)
    refused.push(...filled.refused)
    left = left.slice(filled.looked)
  }
  return { rows, refused }
}

interface Filled {
  readonly id: string
  readonly draft: SegmentDraft
  readonly units: readonly (Unit & { readonly key: Uint8Array })[]
  readonly refused: readonly Refusal[]
  /** How many of the ids were looked at. */
  readonly looked: number
  /** The state of holds and erasures that was seen. */
  readonly epoch: number
}

async function fillSegment(options: ArchivesOptions, ids: readonly string[]): Promise<Filled> {
  const { context, compressionLevel } = options
  const epoch = await readEpoch(context)
  await requireNoErasure(context, 'move capsules away')
  const holds = await listPlaced(context)
  const id = context.newId()
  const writer = new SegmentWriter(id, compressionLevel)
  const units: Filled['units'][number][] = []
  const refused: Refusal[] = []
  let [looked, capsules] = [0, 0]
  for (const one of ids) {
    if (units.length >= SEGMENT_UNITS_MAX || writer.bytes >= SEGMENT_BYTES_MAX || capsules >= SEGMENT_CAPSULES_MAX)
      break
    looked++
    const unit = await readUnit(context, holds, one, options.bytesMax)
    if ('error' in unit) {
      refused.push(unit)
      continue
    }
    const key = context.random(new Uint8Array(UNIT_KEY_BYTES))
    const versions = unit.bodies.reduce((sum, body) => sum + body.versions.length, 0)
    await writer.add({ id: one, key, text: writeUnit(unit.bodies), capsules: unit.bodies.length, versions })
    units.push({ ...unit, key })
    capsules += unit.bodies.length
  }
  const draft = writer.end({
    madeAt: toRfc3339(context.clock()),
    firstSequence: await firstSequenceOf(options, units),
    lastSequence: context.store.head(),
  })
  return { id, draft, units, refused, looked, epoch }
}

/** The log tells of the creation of each. */
async function firstSequenceOf({ context }: ArchivesOptions, units: readonly Unit[]): Promise<number | null> {
  let first: number | null = null
  for (const { id } of units) {
    const [told] = await context.store.ledger.list({ type: 'capsule.created', subject: `capsule/${id}` }, { limit: 1 })
    if (told && (first === null || told.leaf.index < first)) first = told.leaf.index
  }
  return first
}

/**
 * Brings a segment to its place, and only then takes its capsules out of the store, in one command. `disturbed` where one
 * of them, a hold or an erasure came between: then nothing has moved.
 */
async function storeSegment(options: ArchivesOptions, asked: Asked, filled: Filled): Promise<SegmentRow | 'disturbed'> {
  const { context, objects } = options
  const row = rowOf(options, asked, filled)
  await putRow(context, asked.grant, { ...row, state: 'writing' }, 'segment.begun')
  await putSegment(objects, filled.draft)
  try {
    await commitMove(options, asked, row, filled)
    return row
  } catch (error) {
    if (!isCascadeError(error) || error.code !== 'REVISION_MISMATCH') throw error
    // Nobody has a key of it: what lies there is of use to no one.
    await deleteObjects(objects, row)
    await dropRow(context, asked.grant, row.id)
    return 'disturbed'
  }
}

async function commitMove(options: ArchivesOptions, asked: Asked, row: SegmentRow, filled: Filled): Promise<void> {
  const { context } = options
  const { grant, reason } = asked
  const { store } = context
  const moved = filled.units.flatMap(({ bodies, key }) => bodies.map(({ id, revision }) => ({ id, revision, key })))
  const tellings = filled.units.map(({ id, bodies }) =>
    tell(grant, 'capsule.offloaded', id, { segment: row.id, chunks: bodies.length - 1, reason }),
  )
  const stored = tellArchive(grant, 'segment.stored', row.id, {
    capsules: row.capsules,
    chunks: row.chunks,
    versions: row.versions,
    bytes: row.bytes,
    sha256: row.sha256,
    reason,
  })
  await appendOne(store, {
    id: sha256Hex(`archive stored:${row.id}:${grant.decisionId}`).slice(0, 32),
    grant,
    expected: Object.fromEntries(moved.map(({ id, revision }) => [id, revision])),
    changes: [
      store.capsules.offload(grant, row.id, moved),
      store.records.put(grant, 'archive_segments', rowKey(row.id), row),
      raiseEpoch(context, grant, filled.epoch),
    ],
    records: [...tellings.flatMap(({ records }) => records), ...stored.records],
    events: [...tellings.flatMap(({ events }) => events), ...stored.events],
  })
}

function rowOf(
  { context, objects }: ArchivesOptions,
  { grant, reason }: Asked,
  { id, draft, units }: Filled,
): SegmentRow {
  const { manifest } = draft
  const sum = (of: (entry: (typeof manifest.units)[number]) => number): number =>
    manifest.units.reduce((total, entry) => total + of(entry), 0)
  return {
    ...{ id, state: 'stored', reason, requestedBy: grant.subject, madeAt: context.clock(), place: objects.place },
    ...{ generation: manifest.generation, bytes: manifest.bytes, sha256: manifest.sha256 },
    ...{ capsules: units.length, chunks: sum(({ capsules }) => capsules) - units.length },
    ...{
      versions: sum(({ versions }) => versions),
      contentBytes: contentBytesOf(units.flatMap(({ bodies }) => bodies)),
    },
    ...{ firstSequence: manifest.firstSequence, lastSequence: manifest.lastSequence },
    ...{ ids: units.map((unit) => unit.id), erased: [] },
  }
}
