import type { ImportJob } from '@forge-cascade/contract'
import type { RecordPayload } from '@forge-cascade/contract/records'
import type { Grant } from '#store'
import { type Telling, tellOf } from '../use-cases/tell.ts'

/** How a run of an import ends. */
export type ImportEnd = 'import.completed' | 'import.interrupted' | 'import.cancelled' | 'import.failed'
export type ImportRecordType = ImportEnd | 'import.started' | 'import.noted' | 'import.removed'

/** Tells of the import as a whole. */
export const tellImport = <T extends ImportRecordType>(
  grant: Grant,
  type: T,
  id: string,
  payload: RecordPayload<T>,
): Telling => tellOf<ImportRecordType>(grant, type, `import/${id}`, payload)

/** The numbers of a job; no path and no label, which may be personal. */
export const numbersOf = (job: ImportJob): RecordPayload<ImportEnd> => ({
  imported: job.imported,
  unchanged: job.unchanged,
  skipped: job.skipped,
  failed: job.failed,
  capsules_created: job.capsules_created,
  versions_added: job.versions_added,
})
