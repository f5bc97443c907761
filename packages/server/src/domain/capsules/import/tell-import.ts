import type { ImportJob } from '@forge-cascade/contract'
import type { Grant } from '#store'
import type { Telling } from '../use-cases/tell.ts'

/** Tells of the import as a whole: `import.started`, `import.completed`, `import.noted` and their like. */
export function tellImport(
  grant: Grant,
  type: `import.${string}`,
  id: string,
  payload: Readonly<Record<string, unknown>> = {},
): Telling {
  const subject = `import/${id}`
  return {
    records: [
      {
        category: 'import',
        type,
        actor: grant.subject,
        correlationId: grant.correlationId,
        subject,
        digests: {},
        payload: { ...payload, decision_id: grant.decisionId },
      },
    ],
    events: [{ type: `cascade.${type}`, subject, data: { id, ...payload } }],
  }
}

/** The numbers of a job; no path and no label, which may be personal. */
export const numbersOf = (job: ImportJob): Readonly<Record<string, number>> => ({
  imported: job.imported,
  unchanged: job.unchanged,
  skipped: job.skipped,
  failed: job.failed,
  capsules_created: job.capsules_created,
  versions_added: job.versions_added,
})
