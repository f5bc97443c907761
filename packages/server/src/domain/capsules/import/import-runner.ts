import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ImportJob } from '@forge-cascade/contract'
import { ERRORS } from '@forge-cascade/contract'
import { type CascadeError, isCascadeError, isWithin, messageOf } from '#base'
import { ExportedPlans } from '../export/plan-exported.ts'
import type { Call } from '../use-cases/context.ts'
import { ahead } from './ahead.ts'
import { embedSteps } from './capsule-step.ts'
import { DocumentStates } from './document-state.ts'
import { FileBook, readRows } from './file-book.ts'
import { type FileTally, NO_TALLY } from './import-records.ts'
import type { ImportSettings } from './import-settings.ts'
import { type ImportItem, type ImportSource, isOfLines } from './import-source.ts'
import { type BatchEntry, ImportWriter } from './import-writer.ts'
import { failedRow, type Planning, planDeleted, planPresent, planSkipped } from './plan-file.ts'
import { planLine } from './plan-line.ts'
import { addTally, type PlannedItem, passed } from './planned-item.ts'
import { Progress } from './progress.ts'
import { type LinkCounts, linkVault } from './vault-links.ts'

export interface RunOptions {
  readonly signal: AbortSignal
  /** Called at most every `REPORT_MS`, and at the end. */
  readonly onProgress?: (job: ImportJob) => void
}

/** One run of an import: what is read, as which job, for whom. */
export interface ImportRun {
  readonly source: ImportSource
  readonly sourceKey: string
  readonly settings: ImportSettings
  readonly asker: Pick<Call, 'subject' | 'grantSubject'>
  readonly job: ImportJob
}

/** Reason of an abort that the process, not a person, asks for: the import can be continued. */
export const SHUTDOWN = 'the instance shuts down'

const BATCH_ITEMS_MAX = 64
const BATCH_CHARACTERS_MAX = 1_000_000
const REPORT_MS = 500

/**
 * Reads the source from one end to the other into capsules, and gives the job as it ended: completed, cancelled,
 * interrupted or failed with its problem. Reading and planning, embedding, and writing happen at the same time, one
 * batch each, so memory is bounded by three batches. What is durable stays, however the run ends; the next run of the
 * same source goes on from there.
 */
export async function runImport(
  run: ImportRun,
  { signal, onProgress = () => undefined }: RunOptions,
): Promise<ImportJob> {
  const { source, settings, job } = run
  const { records, capsules } = settings.context.store
  const book = await FileBook.open(records, run.sourceKey, !isOfLines(source.kind))
  const progress = new Progress(job, await tallyOf(run), settings.context.clock)
  const planning: Planning = { settings, book, documents: new DocumentStates(capsules), signal }
  const writer = new ImportWriter(planning, progress, run.sourceKey)
  const counting = new AbortController()
  const counted = count(run, book, progress, AbortSignal.any([signal, counting.signal]))
  const end = await work(run, planning, writer, progress, { signal, onProgress })
  counting.abort()
  await counted
  progress.mark()
  const ended = progress.end(end.state, end.problem)
  await writer.finish(`import.${end.state}`)
  onProgress(ended)
  return ended
}

interface End {
  readonly state: 'completed' | 'cancelled' | 'interrupted' | 'failed'
  readonly problem: string | null
}

async function work(
  run: ImportRun,
  planning: Planning,
  writer: ImportWriter,
  progress: Progress,
  { signal, onProgress }: Required<RunOptions>,
): Promise<End> {
  const { clock } = planning.settings.context
  let reportedAt = clock()
  try {
    for await (const batch of ahead(embedded(run, planning, ahead(planned(run, planning, progress, signal)), signal))) {
      signal.throwIfAborted()
      await writer.write(batch)
      if (isWithin(clock(), reportedAt, REPORT_MS)) continue
      reportedAt = clock()
      onProgress(progress.mark())
    }
    if (planning.settings.isVault) {
      const keep = (links: LinkCounts) => {
        progress.linked(links)
        return writer.jobChange()
      }
      progress.linked(await linkVault(planning, run.sourceKey, { before: run.job.links, keep }, signal))
    }
    return { state: 'completed', problem: null }
  } catch (error) {
    if (signal.aborted) return stopped(signal.reason)
    return { state: 'failed', problem: isCascadeError(error) ? error.detail : messageOf(error) }
  }
}

/** Whoever says why has not asked for the end of this import, but of all that runs. */
function stopped(reason: unknown): End {
  if (isCascadeError(reason)) return { state: 'interrupted', problem: reason.detail }
  return { state: reason === SHUTDOWN ? 'interrupted' : 'cancelled', problem: null }
}

/** What earlier, interrupted runs of the same job have done. */
async function tallyOf({ settings, sourceKey, job }: ImportRun): Promise<FileTally> {
  let sum = NO_TALLY
  for await (const { value } of readRows(settings.context.store.records, sourceKey)) {
    if (value.job === job.id) sum = addTally(sum, value.tally)
  }
  return sum
}

/** The number only feeds the progress bar: where it cannot be had, the import goes on without. */
async function count({ source }: ImportRun, book: FileBook, progress: Progress, signal: AbortSignal): Promise<void> {
  try {
    for await (const total of source.totals(book, signal)) progress.expect(total)
  } catch {
    progress.expect(null)
  }
}

interface Batch {
  readonly entries: readonly BatchEntry[]
}

async function* planned(
  run: ImportRun,
  planning: Planning,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  const exported = new ExportedPlans(planning, run.asker)
  let [entries, characters]: [BatchEntry[], number] = [[], 0]
  for await (const item of run.source.items(planning.book, signal)) {
    signal.throwIfAborted()
    if (item.kind === 'point') {
      entries.push({ point: item.point })
      continue
    }
    progress.reading(item.path)
    const plan = await planItem(run, planning, exported, item)
    entries.push({ ...plan, puts: plan.rows.map((row) => planning.book.put(planning.settings.grant, row)) })
    characters += charactersOf(plan)
    // Cutting and hashing a long text takes milliseconds: between two of them others get their turn.
    await nextTurn()
    if (entries.length < BATCH_ITEMS_MAX && characters < BATCH_CHARACTERS_MAX) continue
    yield { entries }
    ;[entries, characters] = [[], 0]
  }
  if (entries.length > 0) yield { entries }
}

const charactersOf = ({ steps }: PlannedItem): number =>
  steps.reduce((sum, step) => sum + ('draft' in step ? step.draft.content.length : 0), 0)

/** One file that cannot be planned does not stop the others; a store or a source that does not answer does. */
async function planItem(
  run: ImportRun,
  planning: Planning,
  exported: ExportedPlans,
  item: Exclude<ImportItem, { kind: 'point' }>,
): Promise<PlannedItem> {
  try {
    if (item.kind === 'present') return await planPresent(planning, item)
    if (item.kind === 'deleted') return await planDeleted(planning, item)
    if (item.kind === 'skipped') return await planSkipped(planning, item)
    if (item.kind === 'line') return await planLine(planning, run.asker, item)
    return await (item.kind === 'exported' ? exported.part(item) : exported.bonds(item))
  } catch (error) {
    if (!isCascadeError(error) || 'retryable' in ERRORS[error.code] || error.code === 'SOURCE_UNREADABLE') throw error
    return failed(planning, item, error)
  }
}

async function failed(
  planning: Planning,
  item: Exclude<ImportItem, { kind: 'point' }>,
  error: CascadeError,
): Promise<PlannedItem> {
  const digest = item.kind === 'line' ? item.digest : null
  const here = await planning.book.find(digest ?? item.path)
  const reason = `${error.code}: ${error.detail}`
  const isKnown = here?.state === 'failed' && here.reason === reason
  if (isKnown && here.job === planning.settings.jobId && !('step' in item)) return passed(item.path, 'counted')
  const rows = isKnown ? [] : [failedRow(planning, item.path, reason, here, digest)]
  return { path: item.path, outcome: 'failed', steps: [], rows, document: null }
}

async function* embedded(
  { asker: { subject } }: ImportRun,
  { settings }: Planning,
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
): AsyncGenerator<readonly BatchEntry[], void, undefined> {
  for await (const { entries } of batches) {
    const steps = entries.map((entry) => ('steps' in entry ? entry.steps : []))
    const withVectors = await embedSteps(settings.context, steps, signal, { action: 'import.run', subject })
    yield entries.map((entry, index) => ('steps' in entry ? { ...entry, steps: withVectors[index] ?? [] } : entry))
  }
}
