import type { ImportFile, ImportJob, ImportRequest } from '@forge-cascade/contract'
import type { RecordPayload } from '@forge-cascade/contract/records'
import { CascadeError, isCascadeError, isUuid, messageOf } from '#base'
import type { Page } from '../capsule-store.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import { trustOfNew } from '../use-cases/create-capsules.ts'
import type { DocumentReader } from './document.ts'
import type { DocumentConverter } from './document-converter.ts'
import type { ImportCall } from './import-call.ts'
import { listFiles } from './import-files.ts'
import { type ImportRow, isJobKey, jobKey, sourceKey } from './import-records.ts'
import { type ImportRun, runImport, SHUTDOWN } from './import-runner.ts'
import type { ImportSettings } from './import-settings.ts'
import type { ImportSource } from './import-source.ts'
import { commandId, commit } from './import-writer.ts'
import { newJob } from './progress.ts'
import { removeImport } from './remove-import.ts'
import { type ImportRecordType, numbersOf, tellImport } from './tell-import.ts'

export interface ImportsOptions {
  readonly context: CapsuleContext
  /** @throws CascadeError SOURCE_UNREADABLE. */
  readonly openSource: (request: ImportRequest, signal: AbortSignal) => Promise<ImportSource>
  /** Closed with the imports, as is the converter. */
  readonly reader: DocumentReader
  readonly converter: DocumentConverter
}

export interface StartedImport {
  readonly job: ImportJob
  /** The job as it ends, however it ends. */
  readonly done: Promise<ImportJob>
}

export const RUNNING_MAX = 4
const JOBS_SEEN_MAX = 1000
/** States from which the same import goes on, as the same job. */
const UNFINISHED: ReadonlySet<ImportJob['state']> = new Set(['interrupted', 'cancelled', 'failed', 'running'])

interface Running {
  readonly stop: AbortController
  readonly source: string
  job: ImportJob
  done: Promise<unknown>
}

/** The imports of an instance: those that run, and the record of those that ran. */
export class Imports implements AsyncDisposable {
  readonly #context: CapsuleContext
  readonly #openSource: ImportsOptions['openSource']
  readonly #reader: DocumentReader
  readonly #converter: DocumentConverter
  readonly #running = new Map<string, Running>()

  constructor({ context, openSource, reader, converter }: ImportsOptions) {
    this.#reader = reader
    this.#converter = converter
    this.#context = context
    this.#openSource = openSource
  }

  /** Imports under way end as `interrupted`; what they wrote stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#running.values()) stop.abort(SHUTDOWN)
    await Promise.allSettled([...this.#running.values()].map(({ done }) => done))
    await Promise.all([this.#reader[Symbol.asyncDispose](), this.#converter[Symbol.asyncDispose]()])
  }

  /**
   * Begins an import, or goes on with the unfinished one of the same source and scope.
   *
   * @throws CascadeError SOURCE_UNREADABLE, UNPROCESSABLE (owner, trust), CONFLICT when it is running already.
   */
  async start(call: ImportCall, request: ImportRequest, onProgress?: (job: ImportJob) => void): Promise<StartedImport> {
    const stop = new AbortController()
    const source = await this.#openSource(request, stop.signal)
    try {
      const run = await this.#prepare(call, request, source)
      const running: Running = { stop, source: run.sourceKey, job: run.job, done: Promise.resolve() }
      this.#admit(running)
      const report = (job: ImportJob): void => {
        running.job = job
        onProgress?.(job)
      }
      const done = this.#carryOut(run, call, stop.signal, report)
      running.done = done
      return { job: run.job, done }
    } catch (error) {
      await source[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Ends all that run as `interrupted`, with the reason as their problem; each can be continued. */
  interrupt(reason: CascadeError): void {
    for (const { stop } of this.#running.values()) stop.abort(reason)
  }

  /** Stops a running import; one that has ended stays as it is. @throws CascadeError NOT_FOUND. */
  async cancel(id: string): Promise<ImportJob> {
    const running = this.#running.get(id)
    if (!running) return this.get(id)
    running.stop.abort()
    await Promise.allSettled([running.done])
    return this.get(id)
  }

  /** @throws CascadeError NOT_FOUND. */
  async get(id: string): Promise<ImportJob> {
    return this.#running.get(id)?.job ?? (await this.#getRow(id)).job
  }

  /** Newest first. @throws CascadeError CURSOR_INVALID. */
  async list({ limit, cursor }: { readonly limit: number; readonly cursor?: string }): Promise<Page<ImportJob>> {
    if (cursor !== undefined && !isJobKey(cursor)) throw invalidCursor()
    const page = await this.#context.store.records.list<ImportRow>('imports', {
      limit,
      ...(cursor === undefined ? {} : { after: cursor }),
    })
    return { items: page.items.map(({ value }) => this.#running.get(value.job.id)?.job ?? value.job), next: page.next }
  }

  /** What became of each file, by path. @throws CascadeError NOT_FOUND, CURSOR_INVALID. */
  async listFiles(
    id: string,
    page: { readonly limit: number; readonly cursor?: string; readonly state?: ImportFile['state'] },
  ): Promise<Page<ImportFile>> {
    const row = await this.#getRow(id)
    return listFiles(this.#context.store.records, { ...row, isRunning: this.#running.has(id) }, page)
  }

  /**
   * Archives what the source of the import has brought in, by whichever of its runs, file by file; all runs of that
   * source count as removed then. Importing again brings it back.
   *
   * @returns how many documents were archived; 0 where all of them were archived before.
   * @throws CascadeError NOT_FOUND; CONFLICT while the source is being imported.
   */
  async remove(call: ImportCall, id: string): Promise<number> {
    const row = await this.#getRow(id)
    const running = this.#findRunning(row.source)
    if (running)
      throw new CascadeError('CONFLICT', `${row.job.path} is being imported; cancel ${running.job.id} first.`)
    return removeImport(this.#context, call, row)
  }

  /**
   * Jobs that were running when the process ended: to be called once at boot, before any import begins.
   *
   * @param grant is asked where there are any.
   */
  async markInterrupted(grant: () => ImportCall['grant']): Promise<number> {
    const { items } = await this.#context.store.records.listBy<ImportRow>('imports', 'state', 'running', {
      limit: JOBS_SEEN_MAX,
    })
    if (items.length === 0) return 0
    const call = { grant: grant() }
    for (const { value } of items) {
      const job: ImportJob = { ...value.job, state: 'interrupted', current: null, eta_s: null }
      await this.#tellJob(call, { ...value, state: 'interrupted', job }, 'import.interrupted', numbersOf(job))
    }
    return items.length
  }

  async #prepare(call: ImportCall, request: ImportRequest, source: ImportSource): Promise<ImportRun> {
    const { subjects, clock, newId } = this.#context
    const trust = trustOfNew(request.trust, call.subject)
    const owner =
      request.owner === undefined ? call.subject : await subjects.resolveOrRegister(request.owner, call.grantSubject)
    const { identity = null, lane = null, fold = null, label = null } = request
    const { kind, root } = source
    const key = sourceKey({ kind, root, owner: owner.id, identity, lane, fold })
    const unfinished = await this.#findUnfinished(key)
    const job = unfinished
      ? { ...unfinished, state: 'running' as const, label: label ?? unfinished.label, finished_at: null, problem: null }
      : newJob({ id: newId(), label, kind, path: root }, clock())
    const settings: ImportSettings = {
      context: this.#context,
      reader: this.#reader,
      converter: this.#converter,
      grant: call.grant,
      jobId: job.id,
      root,
      isVault: kind === 'obsidian',
      owner: owner.id,
      author: call.subject.id,
      trust,
      request,
    }
    return { source, sourceKey: key, settings, asker: call, job }
  }

  // No await between the look and the entry: two starts of one source cannot both pass.
  #admit(running: Running): void {
    if (this.#findRunning(running.source)) {
      throw new CascadeError('CONFLICT', `${running.job.path} is being imported; see import ${running.job.id}.`)
    }
    if (this.#running.size >= RUNNING_MAX) {
      throw new CascadeError('CONFLICT', `${RUNNING_MAX} imports are running; wait for one of them to end.`)
    }
    this.#running.set(running.job.id, running)
  }

  async #carryOut(
    run: ImportRun,
    call: ImportCall,
    signal: AbortSignal,
    onProgress: (job: ImportJob) => void,
  ): Promise<ImportJob> {
    try {
      const row: ImportRow = { state: 'running', source: run.sourceKey, job: run.job }
      await this.#tellJob(call, row, 'import.started', { kind: run.job.kind })
      return await runImport(run, { signal, onProgress })
    } catch (error) {
      // Not even its end could be written: the record says `running`, which the next boot reads as interrupted.
      return { ...run.job, state: 'failed', problem: isCascadeError(error) ? error.detail : messageOf(error) }
    } finally {
      this.#running.delete(run.job.id)
      await run.source[Symbol.asyncDispose]()
    }
  }

  #findRunning(source: string): Running | undefined {
    return [...this.#running.values()].find((running) => running.source === source)
  }

  /** The newest job of the source, when it did not come to its end. */
  async #findUnfinished(source: string): Promise<ImportJob | undefined> {
    const { items } = await this.#context.store.records.listBy<ImportRow>('imports', 'source', source, { limit: 1 })
    const job = items[0]?.value.job
    return job && UNFINISHED.has(job.state) ? job : undefined
  }

  async #getRow(id: string): Promise<ImportRow> {
    const row = isUuid(id) ? await this.#context.store.records.find<ImportRow>('imports', jobKey(id)) : undefined
    if (!row) throw new CascadeError('NOT_FOUND', `There is no import ${id}.`)
    return row.value
  }

  async #tellJob<T extends ImportRecordType>(
    { grant }: Pick<ImportCall, 'grant'>,
    row: ImportRow,
    type: T,
    payload: RecordPayload<T>,
  ): Promise<void> {
    const { store, random } = this.#context
    const change = store.records.put(grant, 'imports', jobKey(row.job.id), row)
    await commit(store, {
      id: commandId(random),
      grant,
      changes: [change],
      ...tellImport(grant, type, row.job.id, payload),
    })
  }
}

const invalidCursor = (): CascadeError => new CascadeError('CURSOR_INVALID', 'The cursor is none of a list of imports.')
