import { type Manifest, manifestName, type ObjectStore, objectName, readManifest, readObject, readUnit } from '#archive'
import { CascadeError } from '#base'
import type { Finding } from '#store'
import type { SegmentRow } from './archive-row.ts'
import { type ArchivesOptions, isAway } from './segment-rows.ts'
import { readUnitText } from './unit-text.ts'

/** What a look at one segment came to. */
export interface SegmentFinding {
  readonly segment: string
  readonly ok: boolean
  readonly detail: string
  /** Units whose content was opened and compared with its digest: those that are out of the store for this segment. */
  readonly opened: number
}

/**
 * Reads a segment as a whole, compares every digest, and opens all that is out of the store for it.
 *
 * @throws CascadeError UNAVAILABLE when the place does not answer: nothing is known of the segment then.
 */
export async function verifySegment(options: ArchivesOptions, row: SegmentRow): Promise<SegmentFinding> {
  try {
    const manifest = await readManifest(options.objects, row.id)
    if (!manifest) throw damaged(`its manifest is not in ${options.objects.place}`)
    requireKnown(row, manifest)
    await readObject(options.objects, manifest)
    const opened = await openAll(options, row, manifest)
    return { segment: row.id, ok: true, detail: `${manifest.units.length} units, ${opened} opened`, opened }
  } catch (error) {
    if (!isAway(error) || error.code === 'UNAVAILABLE') throw error
    return { segment: row.id, ok: false, detail: error.detail, opened: 0 }
  }
}

/** An erasure that this store does not know of, as after a restore, has written a later generation. */
function requireKnown(row: SegmentRow, manifest: Manifest): void {
  if (manifest.generation > row.generation) return
  if (manifest.generation === row.generation && manifest.sha256 === row.sha256) return
  throw damaged('its manifest names another object than the store does')
}

async function openAll({ context, objects }: ArchivesOptions, row: SegmentRow, manifest: Manifest): Promise<number> {
  const away = (await context.store.capsules.findArchived(row.ids)).filter(({ segment }) => segment === row.id)
  for (const { id, key } of away) {
    const entry = manifest.units.find((unit) => unit.id === id)
    if (!entry) throw damaged(`it does not hold ${id}, which is in the store no more`)
    readUnitText(id, await readUnit(objects, manifest, entry, key))
  }
  return away.length
}

const damaged = (detail: string): CascadeError =>
  new CascadeError('ARCHIVE_DAMAGED', `The segment is damaged: ${detail}.`)

/** Names in the place that no segment of this store has: of a store that was restored over, or of somebody else. */
export async function listUnknown(objects: ObjectStore, rows: readonly SegmentRow[]): Promise<readonly string[]> {
  const known = new Set(rows.flatMap(({ id, generation }) => [manifestName(id), objectName(id, generation)]))
  return (await objects.list()).filter((name) => !known.has(name))
}

/** Looks at names alone: an erasure that this store does not know of may have raised a generation. */
export async function findArchive(objects: ObjectStore, rows: readonly SegmentRow[]): Promise<Finding> {
  const check = 'archive'
  if (rows.length === 0) return { check, ok: true, detail: 'nothing is in it' }
  try {
    const names = new Set(await objects.list())
    const segments = new Set([...names].filter((name) => name.endsWith('.segment')).map((name) => name.split('.')[0]))
    const missing = rows.filter(({ id }) => !names.has(manifestName(id)) || !segments.has(id)).map(({ id }) => id)
    const waiting = rows.filter(({ erased }) => erased.length > 0).length
    const detail = `${rows.length} segments in ${objects.place}${waiting > 0 ? `, ${waiting} to be written anew after an erasure` : ''}`
    if (missing.length === 0) return { check, ok: true, detail }
    return {
      check,
      ok: false,
      detail: `${missing.length} of ${detail} are not there, such as ${missing[0]}. A store that was restored elsewhere looks in a folder of its own: copy the segments there, or name theirs as archive.directory`,
    }
  } catch (error) {
    if (!isAway(error)) throw error
    return { check, ok: false, detail: error.detail }
  }
}
