import { objectName, readManifest } from '#archive'
import type { Grant } from '#store'
import type { SegmentRow } from './archive-row.ts'
import { type ArchivesOptions, dropRow, isAway } from './segment-rows.ts'

/**
 * Gives up a segment that was being written when the process ended: nothing has left the store for it. An object without a
 * manifest is taken away. One that is whole stays: a later state of this store, which somebody went back from, may need it.
 */
export async function giveUp({ context, objects }: ArchivesOptions, grant: Grant, row: SegmentRow): Promise<void> {
  try {
    if (!(await readManifest(objects, row.id))) await objects.delete(objectName(row.id, row.generation))
    await dropRow(context, grant, row.id)
  } catch (error) {
    if (!isAway(error)) throw error
  }
}
