import type { BulkOperation } from '@forge-cascade/contract'
import type { Change, CollectionDefinition, Grant, Records, StoredRecord } from '#store'
import type { CapsuleRevision } from '../capsule-store.ts'

/** Previews by reversed id, so that key order is newest first; their capsules, page by page. */
export const BULK_COLLECTIONS = [
  { name: 'bulk_plans', indexes: [] },
  { name: 'bulk_plan_pages', indexes: [] },
] as const satisfies readonly CollectionDefinition[]

/** How long a preview can be carried out; receipts of its commands can be asked for as long. */
export const PLAN_LIFE_MS = 24 * 60 * 60 * 1000

/** Capsules in one record: 45 bytes each, well below the size of a record. */
export const CAPSULES_PER_PAGE = 1000

/** What was previewed. */
export interface BulkPlanRow {
  readonly id: string
  readonly operation: BulkOperation
  /** Who may carry it out. */
  readonly subject: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly legalBasis: string | null
  readonly count: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface BulkPlanPage {
  /** As they were when they were previewed; revision 0 for an id that no capsule had. */
  readonly capsules: readonly CapsuleRevision[]
}

/** Previews read at once: those that are made at the same time are a few more than are kept. */
const PLANS_READ = 1000

/** What is kept, newest first. */
export const listPlans = async (records: Records): Promise<readonly StoredRecord<BulkPlanRow>[]> =>
  (await records.list<BulkPlanRow>('bulk_plans', { limit: PLANS_READ })).items

export const pageCount = ({ count }: Pick<BulkPlanRow, 'count'>): number => Math.ceil(count / CAPSULES_PER_PAGE)
export const planPageKey = (id: string, page: number): string => `${id}:${page}`

/** The changes that forget a preview. */
export const dropPlan = (
  records: Records,
  grant: Grant,
  { key, value }: StoredRecord<BulkPlanRow>,
): readonly Change[] => [
  records.delete(grant, 'bulk_plans', key),
  ...Array.from({ length: pageCount(value) }, (_, page) =>
    records.delete(grant, 'bulk_plan_pages', planPageKey(value.id, page)),
  ),
]
