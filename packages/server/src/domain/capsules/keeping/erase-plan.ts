import { CAPSULE_STATUSES, type Erasure, KEEPING_LIMITS } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { StoredCapsule } from '../capsule.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { getPlaced } from '../use-cases/read-capsule.ts'
import type { ErasureTarget } from './erasure.ts'
import { findCovering, listPlaced } from './holds.ts'
import type { HoldRow } from './legal-hold.ts'
import { chunkRefusal, findUnerasable } from './unerasable.ts'

type Context = Pick<CapsuleContext, 'store' | 'subjects'>

/** Capsules read at once. */
const PER_READ = 200

/** What an erasure would do. */
export interface ErasePlan {
  /** In the order in which they go: documents before their chunks. */
  readonly ids: readonly string[]
  /** Those of them that were meant; the others come along. */
  readonly roots: readonly string[]
  readonly capsules: number
  readonly chunks: number
  readonly versions: number
  readonly stays: Erasure['stays']
  /** The first hold that forbids it, with the capsule it covers. */
  readonly forbidden: { readonly hold: HoldRow; readonly capsule: StoredCapsule } | undefined
  /** The subject whose name goes as well. */
  readonly owner: string | null
}

/**
 * Finds what an erasure is about and what forbids it.
 *
 * @throws CascadeError NOT_FOUND where there is nothing to erase; UNPROCESSABLE for a chunk, whose words are its
 *   document's, and for the administrator, who owns what nobody else does; ERASED.
 */
export async function planErasure(context: Context, target: ErasureTarget): Promise<ErasePlan> {
  const { roots, owner } = await findRoots(context, target)
  const holds = await listPlaced(context)
  const ids = new Set(roots)
  const found = [...ids]
  const add = (id: string): void => {
    if (ids.has(id)) return
    ids.add(id)
    found.push(id)
  }
  let [chunks, versions] = [0, 0]
  let forbidden: ErasePlan['forbidden']
  // What is found on the way, documents of chunks and chunks of documents, is looked at in its turn.
  for (let at = 0; at < found.length; ) {
    const next = found.slice(at, at + PER_READ)
    at += next.length
    const heads = await context.store.capsules.getHeads(next)
    forbidden ??= findCovering(holds, heads)
    for (const head of heads) {
      versions += head.ordinal
      if (head.partOf) {
        chunks++
        add(head.partOf.id)
      } else for await (const chunk of chunksOf(context, head.id)) add(chunk)
    }
  }
  const stays = await findStaying(context, ids)
  return { ids: found, roots, capsules: ids.size - chunks, chunks, versions, stays, forbidden, owner }
}

interface Roots {
  readonly roots: readonly string[]
  readonly owner: string | null
}

async function findRoots(context: Context, target: ErasureTarget): Promise<Roots> {
  if (target.kind === 'subject') return findOfSubject(context, target.subject)
  if (target.kind === 'capsules') {
    const unerasable = await findUnerasable(context, target.capsules)
    return { roots: target.capsules.flatMap(({ id }) => (unerasable.has(id) ? [] : [id])), owner: null }
  }
  const capsule = await getPlaced(context, target.capsule)
  if (!capsule.partOf) return { roots: [capsule.id], owner: null }
  throw chunkRefusal(capsule.id, capsule.partOf.id)
}

/** True when a capsule is owned by the subject or names it as its identity, or an owner has the name. */
export async function isKnownSubject({ store, subjects }: Context, subject: string): Promise<boolean> {
  const owner = await subjects.resolve(subject)
  if (owner) return true
  return (await store.capsules.listOfSubject({ identity: subject }, { limit: 1 })).items.length > 0
}

async function findOfSubject({ store, subjects }: Context, subject: string): Promise<Roots> {
  const owner = await subjects.resolve(subject)
  if (owner?.roles.includes('administrator')) {
    throw new CascadeError(
      'UNPROCESSABLE',
      `${owner.name} is an administrator, who owns whatever was written without another owner; erase by capsule or by identity.`,
    )
  }
  const roots: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.capsules.listOfSubject(
      { identity: subject, ...(owner && { owner: owner.id }) },
      { limit: PER_READ, ...(cursor !== undefined && { cursor }) },
    )
    roots.push(...page.items)
    cursor = page.next
  } while (cursor !== undefined)
  if (roots.length > 0 || owner) return { roots, owner: owner?.id ?? null }
  throw new CascadeError('NOT_FOUND', 'No capsule is owned by this subject or names it as its identity.')
}

async function* chunksOf({ store }: Context, id: string): AsyncGenerator<string, void, undefined> {
  let cursor: string | undefined
  do {
    const page = await store.capsules.list(
      { partOf: id, statuses: CAPSULE_STATUSES },
      { limit: PER_READ, ...(cursor !== undefined && { cursor }) },
    )
    for (const chunk of page.items) if (chunk.status !== 'ERASED') yield chunk.id
    cursor = page.next
  } while (cursor !== undefined)
}

/** What was derived from the erased and is not erased with them, a bounded number. */
async function findStaying({ store }: Context, ids: ReadonlySet<string>): Promise<Erasure['stays']> {
  const stays: Erasure['stays'] = []
  for (const id of ids) {
    const lineage = await store.capsules.lineage(id, {
      direction: 'descendants',
      depthMax: 1,
      nodesMax: KEEPING_LIMITS.staysMax,
    })
    const children = lineage?.nodes.filter((node) => node.depth === 1 && node.status !== 'ERASED' && !ids.has(node.id))
    const heads = await store.capsules.getHeads((children ?? []).map((child) => child.id))
    stays.push(...heads.map((head) => ({ id: head.id, derived_from: id, owner: head.owner })))
    if (stays.length >= KEEPING_LIMITS.staysMax) return stays.slice(0, KEEPING_LIMITS.staysMax)
  }
  return stays
}
