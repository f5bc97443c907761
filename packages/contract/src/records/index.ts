/** The schemas of everything that stands in the log, a folder for each version. Versions that are frozen stay. */
export { RECORDS_V1, type RecordKind } from './v1/index.ts'
export { leafSchema } from './v1/leaf.ts'
export type {
  DigestArgument,
  RecordDigests,
  RecordPayload,
  RecordSubject,
  StatedRecord,
} from './v1/record.ts'
