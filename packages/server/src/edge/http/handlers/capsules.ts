import { CascadeError } from '#base'
import {
  archiveCapsule,
  type Call,
  type CapsuleContext,
  createCapsule,
  forkCapsule,
  getCapsule,
  getCapsuleAsOf,
  getPlaced,
  getVersion,
  restoreCapsule,
  type StoredCapsule,
  seenBy,
  toFilter,
  type Updated,
  updateCapsule,
} from '#capsules'
import type { Receipt } from '#store'
import { entityTag, matchesStrongly } from '../entity-tag.ts'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { presentCapsules } from '../present/capsule.ts'
import { presentCounts } from '../present/counts.ts'
import { presentVersions } from '../present/lineage.ts'
import { presentPassage } from '../present/passage.ts'
import { createBatch } from './capsule-batch.ts'
import { answerCreated, answerWithReceipt, countWrite } from './created.ts'
import type { HandlerContext } from './handler-context.ts'
import { trustHandlers } from './trust.ts'

/** Create, read, version, archive; trust is in its own file. */
export function capsuleHandlers(context: HandlerContext): HandlersFor<OperationsOf<'Capsules'>> {
  const { capsules: all, metrics } = context
  const { subjects } = all
  const seen = ({ subject }: Call) => seenBy(all, subject)
  return {
    ...trustHandlers(context),
    createCapsule: async ({ call, body }) => {
      const startedAt = performance.now()
      const capsules = await seen(call)
      const created = await createCapsule(capsules, call, body)
      metrics.observe('cascade_memory_upsert_seconds', (performance.now() - startedAt) / 1000)
      countWrite(metrics, created)
      const { isNew, ...answer } = await answerCreated(capsules, created)
      return { status: isNew ? 201 : 200, ...answer }
    },
    createCapsules: (request) => ({ status: 200, lines: createBatch(context, request) }),
    listCapsules: async ({ call, query: { limit, cursor, part_of, chunks, ...request } }) => {
      const { store } = await seen(call)
      const filter = await toFilter(request, subjects, undefined)
      if (!filter) return { status: 200, body: { items: [], next_cursor: null } }
      const place = part_of === undefined ? { chunks: chunks ? undefined : false } : { partOf: part_of }
      const page = await store.capsules.list(withoutUndefined({ ...filter, ...place }), pageOf(limit, cursor))
      const items = await presentCapsules(subjects, page.items)
      return { status: 200, body: { items, next_cursor: page.next ?? null } }
    },
    capsuleStats: async ({ call }) => {
      const { store } = await seen(call)
      const counts = await store.capsules.counts()
      return { status: 200, body: presentCounts(counts) }
    },
    getCapsule: async ({ params: { id }, call, query: { as_of, known_at } }) => {
      const capsules = await seen(call)
      const at = as_of ?? known_at
      const knownAt = known_at === undefined ? undefined : Date.parse(known_at)
      const found =
        at === undefined ? await getCapsule(capsules, id) : await getCapsuleAsOf(capsules, id, Date.parse(at), knownAt)
      return { status: 200, ...(await answerCapsule(capsules, found)) }
    },
    updateCapsule: async ({ params: { id }, call, body, ifMatch }) => {
      const capsules = await seen(call)
      const matches = (head: StoredCapsule) => matchesStrongly(ifMatch, entityTag(head))
      const updated = await updateCapsule(capsules, call, id, body, matches)
      const receipt = receiptOf(updated, call.command.id, all.store.head())
      const capsule = updated.changed ? await getWritten(capsules, receipt, updated.revision) : updated.capsule
      if (updated.changed) metrics.count('cascade_memory_docs_total')
      const { body: shown, headers, sequence } = await answerWithReceipt(capsules, capsule, receipt)
      return { status: 200, body: shown, headers: { etag: headers.etag }, sequence }
    },
    archiveCapsule: async ({ params: { id }, call, ifMatch }) => {
      const matches = (head: StoredCapsule) => ifMatch === undefined || matchesStrongly(ifMatch, entityTag(head))
      await archiveCapsule(await seen(call), call, id, matches)
      return { status: 204 }
    },
    restoreCapsule: async ({ params: { id }, call }) => ({
      status: 200,
      ...(await answerCapsule(all, await restoreCapsule(await seen(call), call, id))),
    }),
    forkCapsule: async ({ params: { id }, call, body, decideNew }) => {
      const capsules = await seen(call)
      const forked = await forkCapsule(capsules, { ...call, decideNew }, id, body)
      countWrite(metrics, forked)
      const { isNew: _isNew, ...answer } = await answerCreated(capsules, forked)
      return { status: 201, ...answer }
    },
    listVersions: async ({ params: { id }, call, query: { limit, cursor } }) => {
      const capsules = await seen(call)
      await getPlaced(capsules, id)
      const page = await capsules.store.capsules.listVersions(id, pageOf(limit, cursor))
      const items = await presentVersions(subjects, page.items)
      return { status: 200, body: { items, next_cursor: page.next ?? null } }
    },
    getVersion: async ({ params: { id, version }, call, query: { start, end } }) => {
      const capsules = await seen(call)
      const found = await getVersion(capsules, id, version)
      const { body, headers } = await answerCapsule(capsules, found)
      if (start === undefined && end === undefined) return { status: 200, body, headers }
      const passage = presentPassage(found.content, start ?? 0, end ?? found.content.length)
      return { status: 200, body: { ...body, passage }, headers }
    },
  }
}

async function answerCapsule({ subjects }: CapsuleContext, capsule: StoredCapsule) {
  const [body] = await presentCapsules(subjects, [capsule])
  return { body: body!, headers: { etag: entityTag(capsule) } } // one capsule in, one out
}

/** The version that a change wrote, with the revision it made: what others did since has an ETag of its own. */
async function getWritten(context: CapsuleContext, { id, version }: Receipt, revision: number): Promise<StoredCapsule> {
  if (id === null || version === null) throw new CascadeError('INTERNAL', 'The receipt of a version names none.')
  return { ...(await getVersion(context, id, version)), revision }
}

/** A body that changed nothing has a receipt too: of the version that is there. */
function receiptOf(updated: Updated, commandId: string, head: number): Receipt {
  if (!updated.changed) {
    const { id, version } = updated.capsule
    return { command_id: commandId, outcome: 'existing', id, version, sequence: head, near_duplicates: [] }
  }
  if (!updated.outcome.ok) throw updated.outcome.error
  return updated.outcome.receipt
}

const pageOf = (limit: number, cursor: string | undefined) => (cursor === undefined ? { limit } : { limit, cursor })

/** A filter member that is present narrows the answer; one without a value is not present. */
const withoutUndefined = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  // Object.fromEntries forgets the names; only members without a value are gone.
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
