import { manifestName, objectName, putSegment, readManifest, readObject, requireManifest, withoutUnits } from '#archive'
import type { Grant } from '#store'
import type { CopyVault, ErasedCopy } from '../keeping/copy-vault.ts'
import type { SegmentRow } from './archive-row.ts'
import { listRows } from './list-rows.ts'
import { type ArchivesOptions, deleteObjects, dropRow, isAway, putRow } from './segment-rows.ts'

/**
 * Takes what was erased out of segments. Its key went with its row, so that no copy of a segment tells anything of it from
 * then on; what can be reached is written anew without it as well.
 */
export const createArchiveVault = (options: ArchivesOptions, grant: () => Grant): CopyVault => ({
  place: 'archives',
  erase: async (ids) => {
    const copies: ErasedCopy[] = []
    for await (const row of listRows(options.context.store)) {
      const erased = row.ids.filter((id) => ids.has(id))
      if (erased.length > 0) copies.push(await eraseInSegment(options, grant(), row, erased))
    }
    return copies
  },
})

/** Writes a segment anew without what was erased, or notes that it is to be done. Doing it again is safe. */
export async function eraseInSegment(
  options: ArchivesOptions,
  grant: Grant,
  row: SegmentRow,
  ids: readonly string[],
): Promise<ErasedCopy> {
  const copy = `${row.place} ${row.id}`
  const gone = new Set([...row.erased, ...ids])
  try {
    return { copy, ...(await rewrite(options, grant, row, gone)) }
  } catch (error) {
    if (!isAway(error)) throw error
    await putRow(options.context, grant, { ...row, erased: [...gone] }, 'segment.erasure_waits')
    const detail = `what it holds was sealed with keys that lay in the store and are gone; it is written anew when it can be reached (${error.detail})`
    return { copy, outcome: 'key destroyed', detail }
  }
}

async function rewrite(
  options: ArchivesOptions,
  grant: Grant,
  row: SegmentRow,
  gone: ReadonlySet<string>,
): Promise<Pick<ErasedCopy, 'outcome' | 'detail'>> {
  const { objects, context } = options
  const left = row.ids.filter((id) => !gone.has(id))
  if (left.length === 0) {
    const manifest = await readManifest(objects, row.id)
    if (manifest) await objects.delete(manifest.object)
    await deleteObjects(objects, row)
    await dropRow(context, grant, row.id)
    return { outcome: 'deleted', detail: 'nothing else was in it' }
  }
  const manifest = await requireManifest(objects, row.id)
  const draft = manifest.units.some(({ id }) => gone.has(id))
    ? withoutUnits(manifest, await readObject(objects, manifest), gone)
    : undefined
  if (draft) await putSegment(objects, draft)
  // What an interruption left of earlier generations goes as well.
  for (const name of await objects.list())
    if (name.startsWith(`${row.id}.`) && name !== manifestName(row.id) && name !== (draft?.manifest ?? manifest).object)
      await objects.delete(name)
  const { generation, bytes, sha256 } = draft?.manifest ?? manifest
  await putRow(context, grant, { ...row, ids: left, erased: [], generation, bytes, sha256 }, 'segment.rewritten')
  return { outcome: 'rewritten', detail: `${objectName(row.id, generation)} is without what was erased` }
}
