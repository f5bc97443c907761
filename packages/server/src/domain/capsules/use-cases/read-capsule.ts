import { CascadeError } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleContext } from './context.ts'
import { findTombstone } from './tombstone.ts'

type Reader = Pick<CapsuleContext, 'store'>

/**
 * The head of a capsule.
 *
 * @throws CascadeError NOT_FOUND when it does not exist, ERASED with its tombstone when it was erased.
 */
export async function getCapsule({ store }: Reader, id: string): Promise<StoredCapsule> {
  const [head] = await store.capsules.getHeads([id])
  if (!head) throw absent(id)
  if (head.status === 'ERASED') throw await erased({ store }, id)
  return head
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

/** One version. @throws CascadeError NOT_FOUND, ERASED. */
export async function getVersion({ store }: Reader, id: string, version: string): Promise<StoredCapsule> {
  const found = await store.capsules.findVersion(id, version)
  if (found && found.status !== 'ERASED') return found
  const head = await getCapsule({ store }, id)
  throw new CascadeError('NOT_FOUND', `Capsule ${id} has no version ${version}; its newest is ${head.version}.`)
}

export const absent = (id: string): CascadeError => new CascadeError('NOT_FOUND', `No capsule has the id ${id}.`)
