import type { ImportJob } from '@forge-cascade/contract'
import type { Grant } from '#store'
import { type Telling, tellOf } from '../use-cases/tell.ts'

/** Tells of the import as a whole: `import.started`, `import.completed`, `import.noted` and their like. */
export const tellImport = (
  grant: Grant,
  type: `import.${string}`,
  id: string,
  payload: Readonly<Record<string, unknown>> = {},
): Telling => tellOf(grant, 'import', type, `import/${id}`, payload)

/** The numbers of a job; no path and no label, which may be personal. */
export const numbersOf = (job: ImportJob): Readonly<Record<string, number>> => ({
  imported: job.imported,
  unchanged: job.unchanged,
  skipped: job.skipped,
  failed: job.failed,
  capsules_created: job.capsules_created,
  versions_added: job.versions_added,
})
