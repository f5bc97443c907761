import { manifestName, type ObjectStore, objectName } from '#archive'
import { CascadeError, isCascadeError, isUuid, sha256Hex } from '#base'
import type { Command, Grant } from '#store'
import { jobKey } from '../import/import-records.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import type { SegmentRow } from './archive-row.ts'
import { type SegmentRowType, tellArchive } from './tell-archive.ts'

export interface ArchivesOptions {
  readonly context: CapsuleContext
  /** Where segments lie. */
  readonly objects: ObjectStore
  /** Of zstd, 1-22. */
  readonly compressionLevel: number
  /** Contents of what moves together; `BODY_BYTES_MAX` when left out. */
  readonly bytesMax?: number
  /** What one request moves; `MOVED_AT_ONCE_MAX` when left out. */
  readonly movedAtOnceMax?: number
}

type Writer = Pick<ArchivesOptions['context'], 'store' | 'newId'>

export const rowKey = jobKey

export async function findRow({ store }: Pick<Writer, 'store'>, id: string): Promise<SegmentRow | undefined> {
  return isUuid(id) ? (await store.records.find<SegmentRow>('archive_segments', rowKey(id)))?.value : undefined
}

/** Keeps a row, and tells why. */
export function putRow({ store, newId }: Writer, grant: Grant, row: SegmentRow, why: SegmentRowType): Promise<void> {
  const { capsules, bytes, generation } = row
  return appendOne(store, {
    id: sha256Hex(`${why}:${row.id}:${newId()}`).slice(0, 32),
    grant,
    changes: [store.records.put(grant, 'archive_segments', rowKey(row.id), row)],
    ...tellArchive(grant, why, row.id, { capsules, bytes, generation }),
  })
}

export function dropRow({ store, newId }: Writer, grant: Grant, id: string): Promise<void> {
  return appendOne(store, {
    id: sha256Hex(`segment.dropped:${id}:${newId()}`).slice(0, 32),
    grant,
    changes: [store.records.delete(grant, 'archive_segments', rowKey(id))],
    ...tellArchive(grant, 'segment.dropped', id, {}),
  })
}

export async function appendOne(store: Writer['store'], command: Command): Promise<void> {
  const [outcome] = await store.append([command])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to an archive.')
}

/** Takes away a segment that nobody can open. */
export async function deleteObjects(objects: ObjectStore, { id, generation }: SegmentRow): Promise<void> {
  // The manifest goes last: while it is there, what lies under its name is looked for.
  await objects.delete(objectName(id, generation))
  await objects.delete(manifestName(id))
}

/** What a place that does not answer, or holds something else, comes to; other errors are nobody's to pass over. */
export const isAway = (error: unknown): error is CascadeError =>
  isCascadeError(error) && ['UNAVAILABLE', 'ARCHIVE_DAMAGED', 'STORAGE_FULL'].includes(error.code)
