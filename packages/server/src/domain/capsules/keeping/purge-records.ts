import { KEEPING_LIMITS } from '@forge-cascade/contract'
import { APPROVAL_COLLECTION, type ApprovalRow, withoutReason, withoutWords } from '#governance'
import type { Change, Grant, RecordPage, Records } from '#store'
import { listAllBy } from '../access/share.ts'
import { type BulkPlanPage, type BulkPlanRow, dropPlan, listPlans, pageCount, planPageKey } from '../bulk/bulk-plan.ts'
import { IMPORTED_TRUST_COLLECTION } from '../export/imported-trust.ts'
import { readRows } from '../import/file-book.ts'
import { type ImportRow, jobKey } from '../import/import-records.ts'
import { TRUST_REASONS_COLLECTION } from '../use-cases/trust-reasons.ts'
import type { HoldRow } from './legal-hold.ts'
import { PUBLISHED_COLLECTION } from './published-events.ts'

/** Records looked at in one page. */
const PER_PAGE = 1000
const JOBS_MAX = 1000
/** Each may be long. */
const APPROVALS_PER_PAGE = 100

/**
 * The changes that take away what other records say of erased capsules: why their trust moved, the files they were imported
 * from, and of a source of which nothing else is left its imports too; the tags that a bulk change gave them; with whom they
 * were shared.
 */
export async function* purgeChanges(
  records: Records,
  grant: Grant,
  ids: readonly string[],
): AsyncGenerator<Change, void, undefined> {
  const sources = new Set<string>()
  for (const id of ids) {
    for (const { name } of [IMPORTED_TRUST_COLLECTION, TRUST_REASONS_COLLECTION])
      for await (const key of keysOf(records, name, `${id}:`)) yield records.delete(grant, name, key)
    for (const name of ['shares', 'acceptances'])
      for await (const { key } of listAllBy(records, name, 'capsule', id)) yield records.delete(grant, name, key)
    for await (const key of filesOf(records, id)) {
      sources.add(key.slice(0, key.indexOf(':')))
      yield records.delete(grant, 'import_files', key)
      yield records.delete(grant, 'import_notes', key)
    }
  }
  const own = new Set(ids)
  for (const source of sources) yield* purgeSource(records, grant, source, own)
  yield* purgeBulkPlans(records, grant, own)
}

/** The changes that take away what was shared with an erased subject, what it shared, and which terms it accepted. */
export async function* purgeShares(
  records: Records,
  grant: Grant,
  subject: string,
): AsyncGenerator<Change, void, undefined> {
  const keys = new Set<string>()
  for (const index of ['with', 'grantedBy'])
    for await (const { key } of listAllBy(records, 'shares', index, subject)) keys.add(key)
  for (const key of keys) yield records.delete(grant, 'shares', key)
  for await (const { key } of listAllBy(records, 'acceptances', 'subject', subject))
    yield records.delete(grant, 'acceptances', key)
}

/** The changes that take away what an erased subject published, and what was published about erased capsules. */
export async function* purgePublished(
  records: Records,
  grant: Grant,
  { ids, owner }: { readonly ids: readonly string[]; readonly owner: string | null },
): AsyncGenerator<Change, void, undefined> {
  const keys = new Set<string>()
  for (const id of ids)
    for await (const { key } of listAllBy(records, PUBLISHED_COLLECTION.name, 'capsule', id)) keys.add(key)
  if (owner !== null)
    for await (const { key } of listAllBy(records, PUBLISHED_COLLECTION.name, 'actor', owner)) keys.add(key)
  for (const key of keys) yield records.delete(grant, PUBLISHED_COLLECTION.name, key)
}

/** The keys of a collection that begin so. */
async function* keysOf(records: Records, collection: string, prefix: string): AsyncGenerator<string, void, undefined> {
  for (let after: string | undefined = prefix; after !== undefined; ) {
    const page: RecordPage = await records.list(collection, { limit: PER_PAGE, after })
    for (const { key } of page.items) {
      if (!key.startsWith(prefix)) return
      yield key
    }
    after = page.next
  }
}

async function* filesOf(records: Records, id: string): AsyncGenerator<string, void, undefined> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: RecordPage = await records.listBy('import_files', 'capsule_id', id, {
      limit: PER_PAGE,
      ...(after !== '' && { after }),
    })
    for (const { key } of page.items) yield key
    after = page.next
  }
}

/** A preview of a change of tags bears them; what was erased is not previewed any more. */
async function* purgeBulkPlans(
  records: Records,
  grant: Grant,
  ids: ReadonlySet<string>,
): AsyncGenerator<Change, void, undefined> {
  for (const plan of await listPlans(records))
    if (plan.value.operation === 'tag' && (await isAbout(records, plan.value, ids)))
      yield* dropPlan(records, grant, plan)
}

async function isAbout(records: Records, plan: BulkPlanRow, ids: ReadonlySet<string>): Promise<boolean> {
  for (let page = 0; page < pageCount(plan); page++) {
    const found = await records.find<BulkPlanPage>('bulk_plan_pages', planPageKey(plan.id, page))
    if (found?.value.capsules.some(({ id }) => ids.has(id))) return true
  }
  return false
}

/** An import of one file bears its name; what is left of it says which file was read last, or failed. */
async function* purgeSource(
  records: Records,
  grant: Grant,
  source: string,
  ids: ReadonlySet<string>,
): AsyncGenerator<Change, void, undefined> {
  const isEmpty = await hasNoOther(records, source, ids)
  const { items } = await records.listBy<ImportRow>('imports', 'source', source, { limit: JOBS_MAX })
  for (const { value } of items) {
    const key = jobKey(value.job.id)
    const quiet: ImportRow = { ...value, job: { ...value.job, current: null, problem: null } }
    yield isEmpty ? records.delete(grant, 'imports', key) : records.put(grant, 'imports', key, quiet)
  }
  if (!isEmpty) return
  yield records.delete(grant, 'import_points', source)
  for await (const { key } of readRows(records, source)) {
    yield records.delete(grant, 'import_files', key)
    yield records.delete(grant, 'import_notes', key)
  }
}

/** Files that were never taken in do not count: they are names without a capsule. */
async function hasNoOther(records: Records, source: string, ids: ReadonlySet<string>): Promise<boolean> {
  for await (const { value } of readRows(records, source)) {
    if (value.capsule_id !== null && !ids.has(value.capsule_id)) return false
  }
  return true
}

/** The changes that take away lifted holds on what was erased: they name it, and forbid nothing. */
export async function* purgeHolds(
  records: Records,
  grant: Grant,
  concerns: (hold: HoldRow) => boolean,
): AsyncGenerator<Change, void, undefined> {
  for (let after: string | undefined; ; ) {
    const page: RecordPage = await records.listBy('legal_holds', 'state', 'lifted', {
      limit: KEEPING_LIMITS.holdsMax,
      ...(after !== undefined && { after }),
    })
    // The collection is written by `holds.ts` alone.
    for (const { key, value } of page.items)
      if (concerns(value as HoldRow)) yield records.delete(grant, 'legal_holds', key)
    after = page.next
    if (after === undefined) return
  }
}

/**
 * The changes that take the words out of what waits or waited for an approval: on erased capsules, of an erased subject, and why
 * an erased subject decided as it did.
 */
export async function* purgeApprovals(
  records: Records,
  grant: Grant,
  { ids, owner }: { readonly ids: readonly string[]; readonly owner: string | null },
): AsyncGenerator<Change, void, undefined> {
  const { name } = APPROVAL_COLLECTION
  const sought = [
    ...ids.map((id) => ({ index: 'resource', value: `capsule/${id}`, strip: withoutWords })),
    ...(owner === null ? [] : [{ index: 'requester', value: owner, strip: withoutWords }]),
    ...(owner === null ? [] : [{ index: 'decidedBy', value: owner, strip: withoutReason }]),
  ]
  // One that several ways lead to is changed once: a second change would find another revision.
  const done = new Set<string>()
  for (const { index, value, strip } of sought)
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: RecordPage<ApprovalRow> = await records.listBy(name, index, value, {
        limit: APPROVALS_PER_PAGE,
        ...(after !== '' && { after }),
      })
      for (const { key, value: row, revision: expectedRevision, expiresAt } of page.items) {
        if (done.has(key)) continue
        done.add(key)
        const more = { expectedRevision, ...(expiresAt !== null && { expiresAt }) }
        yield records.put(grant, name, key, strip(row), more)
      }
      after = page.next
    }
}
