import {
  ARCHIVE_COLLECTIONS,
  BULK_COLLECTIONS,
  IMPORT_COLLECTIONS,
  KEEPING_COLLECTIONS,
  MODEL_COLLECTION,
  SIMILARITY_COLLECTION,
} from '#capsules'
import { EMERGENCY_COLLECTION } from '#governance'
import { SUBJECT_COLLECTIONS } from '#identity'
import { LOG_COLLECTION, WITNESS_COLLECTION } from './edge/jobs/index.ts'

/** What the contexts keep beside capsules: declared once, so that every store of an instance is opened with the same. */
export const COLLECTIONS = [
  ...SUBJECT_COLLECTIONS,
  EMERGENCY_COLLECTION,
  ...IMPORT_COLLECTIONS,
  SIMILARITY_COLLECTION,
  MODEL_COLLECTION,
  ...KEEPING_COLLECTIONS,
  ...BULK_COLLECTIONS,
  ...ARCHIVE_COLLECTIONS,
  LOG_COLLECTION,
  WITNESS_COLLECTION,
]
