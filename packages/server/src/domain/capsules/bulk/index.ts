export { BULK_COLLECTIONS } from './bulk-plan.ts'
export { type BulkPlan, getBulkPlan, planBulk } from './bulk-plans.ts'
export { BULK_ACTIONS, type BulkStep, runBulk } from './run-bulk.ts'
