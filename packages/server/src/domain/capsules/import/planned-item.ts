import type { ImportFile } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { CapsuleStep } from './capsule-step.ts'
import { type FileTally, type ImportFileRow, NO_TALLY } from './import-records.ts'

/** What an item comes to. Steps and rows are written together. */
export interface PlannedItem {
  readonly path: string
  /** `counted`: an interrupted run of the same import did it, and its numbers are in already. */
  readonly outcome: ImportFile['state'] | 'counted'
  readonly steps: readonly CapsuleStep[]
  /** The row of the item first, then those of paths it leaves behind. */
  readonly rows: readonly ImportFileRow[]
  /** The document whose state was moved on by the plan. */
  readonly document: string | null
}

/** Nothing is to be written. */
export const passed = (path: string, outcome: PlannedItem['outcome']): PlannedItem => ({
  path,
  outcome,
  steps: [],
  rows: [],
  document: null,
})

type RowChanges = Partial<Omit<ImportFileRow, 'path' | 'job' | 'at' | 'tally'>> & {
  readonly tally?: Partial<FileTally>
}

const NEW_ROW = {
  state: 'imported',
  reason: null,
  standing: 'absent',
  digest: null,
  capsule_id: null,
  version: null,
  chunks: 0,
  step: -1,
  created_by: null,
} as const satisfies Partial<ImportFileRow>

/** The next row of a file: what was there, what is new, and the numbers of this import added up. */
export function nextRow(
  path: string,
  before: ImportFileRow | undefined,
  job: string,
  now: number,
  { tally: added = {}, ...changes }: RowChanges,
): ImportFileRow {
  const sum = before?.job === job ? before.tally : NO_TALLY
  return { ...NEW_ROW, ...before, ...changes, path, job, at: toRfc3339(now), tally: addTally(sum, added) }
}

export const addTally = (a: FileTally, b: Partial<FileTally>): FileTally => ({
  imported: a.imported + (b.imported ?? 0),
  skipped: a.skipped + (b.skipped ?? 0),
  failed: a.failed + (b.failed ?? 0),
  created: a.created + (b.created ?? 0),
  versions: a.versions + (b.versions ?? 0),
  unchanged: (a.unchanged ?? 0) + (b.unchanged ?? 0),
})

/** Capsules and further versions that the steps make. */
export const countSteps = (steps: readonly CapsuleStep[]): Pick<FileTally, 'created' | 'versions'> => ({
  created: steps.filter(({ kind }) => kind === 'create').length,
  versions: steps.filter(({ kind }) => kind === 'version').length,
})
