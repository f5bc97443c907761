import { CascadeError, toRfc3339 } from '#base'
import { findRow } from '../archive/segment-rows.ts'
import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleContext } from './context.ts'
import { findTombstone } from './tombstone.ts'

type Reader = Pick<CapsuleContext, 'store'>

/**
 * The head of a capsule.
 *
 * @throws CascadeError NOT_FOUND when it does not exist, ERASED with its tombstone when it was erased, IN_ARCHIVE with the
 *   place when it lies in a segment.
 */
export async function getCapsule(reader: Reader, id: string): Promise<StoredCapsule> {
  const head = await getPlaced(reader, id)
  if (head.archivedIn !== null) throw await inArchive(reader, head)
  return head
}

/** The head of a capsule, which says little where it lies in an archive. @throws CascadeError NOT_FOUND, ERASED. */
export async function getPlaced({ store }: Reader, id: string): Promise<StoredCapsule> {
  const [head] = await store.capsules.getHeads([id])
  if (!head) throw absent(id)
  if (head.status === 'ERASED') throw await erased({ store }, id)
  return head
}

/** Says where a capsule lies that is not in the store. */
export async function inArchive({ store }: Reader, { id, archivedIn }: StoredCapsule): Promise<CascadeError> {
  const row = archivedIn === null ? undefined : await findRow({ store }, archivedIn)
  const where = row ? `, in ${row.place} since ${toRfc3339(row.madeAt)}` : ''
  return new CascadeError('IN_ARCHIVE', `Capsule ${id} lies in segment ${archivedIn} of the archive${where}.`, {
    extensions: { capsule_id: id, segment: archivedIn, place: row?.place ?? null },
  })
}

async function erased(reader: Reader, id: string): Promise<CascadeError> {
  const { erasure: _, ...tombstone } = (await findTombstone(reader, id)) ?? { capsule_id: id, erasure: undefined }
  return new CascadeError('ERASED', `Capsule ${id} was erased.`, { extensions: tombstone })
}

/** The version valid at `asOf` (ms), as recorded by `knownAt`. @throws CascadeError NOT_FOUND when there was none. */
export async function getCapsuleAsOf(
  { store }: Reader,
  id: string,
  asOf: number,
  knownAt?: number,
): Promise<StoredCapsule> {
  await getCapsule({ store }, id)
  const version = await store.capsules.findAsOf(id, asOf, knownAt)
  if (version) return version
  throw new CascadeError('NOT_FOUND', `Capsule ${id} had no valid version at ${new Date(asOf).toISOString()}.`)
}

/** One version. @throws CascadeError NOT_FOUND, ERASED, IN_ARCHIVE. */
export async function getVersion({ store }: Reader, id: string, version: string): Promise<StoredCapsule> {
  const found = await store.capsules.findVersion(id, version)
  if (found && found.status !== 'ERASED' && found.archivedIn === null) return found
  const head = await getCapsule({ store }, id)
  throw new CascadeError('NOT_FOUND', `Capsule ${id} has no version ${version}; its newest is ${head.version}.`)
}

export const absent = (id: string): CascadeError => new CascadeError('NOT_FOUND', `No capsule has the id ${id}.`)
