import { CascadeError } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleRevision } from '../capsule-store.ts'
import { changedSince } from '../use-cases/carry-out.ts'
import { listChunks } from '../use-cases/chunks.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { absent } from '../use-cases/read-capsule.ts'
import { findCovering, listPlaced, refusalOf } from './holds.ts'
import type { HoldRow } from './legal-hold.ts'

type Context = Pick<CapsuleContext, 'store' | 'subjects'>

/** Capsules read at once. */
const PER_READ = 100

/**
 * Those capsules that are not to be erased, each with the reason: not there, changed since the revision that was seen, a
 * chunk, under a legal hold; or `erased` already.
 */
export async function findUnerasable(
  context: Context,
  capsules: readonly CapsuleRevision[],
): Promise<ReadonlyMap<string, CascadeError | 'erased'>> {
  const holds = await listPlaced(context)
  const reasons = new Map<string, CascadeError | 'erased'>()
  for (let at = 0; at < capsules.length; at += PER_READ) {
    const group = capsules.slice(at, at + PER_READ)
    const heads = new Map(
      (await context.store.capsules.getHeads(group.map(({ id }) => id))).map((head) => [head.id, head]),
    )
    for (const { id, revision } of group) {
      const head = heads.get(id)
      const reason = head ? await reasonOf(context, holds, head, revision) : absent(id)
      if (reason !== undefined) reasons.set(id, reason)
    }
  }
  return reasons
}

async function reasonOf(
  context: Context,
  holds: readonly HoldRow[],
  head: StoredCapsule,
  revision: number,
): Promise<CascadeError | 'erased' | undefined> {
  if (head.status === 'ERASED') return 'erased'
  if (head.partOf) return chunkRefusal(head.id, head.partOf.id)
  if (head.revision !== revision) return changedSince(head, revision)
  if (holds.length === 0) return undefined
  const covering = findCovering(holds, [head, ...(await listChunks(context, head.id))])
  return covering && refusalOf(context, covering.hold, covering.capsule.id)
}

/** How many of the capsules a legal hold keeps from being erased. */
export async function countHeld(context: Context, capsules: readonly CapsuleRevision[]): Promise<number> {
  if ((await listPlaced(context)).length === 0) return 0
  const reasons = [...(await findUnerasable(context, capsules)).values()]
  return reasons.filter((reason) => reason !== 'erased' && reason.code === 'LEGAL_HOLD').length
}

export const chunkRefusal = (id: string, document: string): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `Capsule ${id} is a chunk of the document ${document}, which has its words as well; erase that.`,
  )
