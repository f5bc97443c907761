export { MODEL_COLLECTION } from './change-record.ts'
export {
  ModelChange,
  type ModelChangeOptions,
  type ModelChangeState,
  type ModelState,
} from './model-change.ts'
