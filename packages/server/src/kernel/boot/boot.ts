import { CascadeError, type Clock, isCascadeError, messageOf, toRfc3339 } from '#base'
import { type KernelLog, type Lifecycle, withDeadline } from '#lifecycle'
import { type BootChunk, type BootHandle, CHUNK_START_MS, disposeHandle } from './boot-chunk.ts'
import { type BootShelf, createBootContext } from './boot-context.ts'
import { type BootGraph, namesAwaited, planBoot } from './boot-graph.ts'
import { type BootReport, type ChunkOutcome, type ChunkReport, reportChunk } from './boot-report.ts'
import { askGuardian, type BootGuardian } from './guardian.ts'

export interface BootOptions {
  /** Gets every started chunk to close; its stop ends the boot. */
  readonly lifecycle: Lifecycle
  readonly guardian: BootGuardian
  readonly clock: Clock
  readonly log: KernelLog
}

/**
 * Starts the chunks: level by level in the order of priority, within a level each as soon as those it waits for have
 * settled, the guardian judging every one before its dependants. On success the lifecycle is ready.
 *
 * @returns the report, `ready` or `degraded`.
 * @throws CascadeError BOOT_FAILED for a plan that is not valid, or, with the cause and the report in
 * `extensions.report`, when a chunk that must not fail did: everything that had started is closed again by then.
 */
export async function boot(chunks: readonly BootChunk[], options: BootOptions): Promise<BootReport> {
  const run = new BootRun(planBoot(chunks), options)
  await run.startAll()
  if (run.failure !== undefined) {
    await options.lifecycle.stop(run.failure.reason)
    const report = run.report('failed')
    options.log.warn('boot failed', { reason: run.failure.reason, took_ms: report.took_ms })
    throw new CascadeError('BOOT_FAILED', run.failure.reason, { cause: run.failure.cause, extensions: { report } })
  }
  options.lifecycle.markReady()
  const report = run.report(run.isComplete ? 'ready' : 'degraded')
  options.log.info('boot finished', { status: report.status, took_ms: report.took_ms, chunks: report.chunks.length })
  return report
}

interface BootFailure {
  readonly reason: string
  readonly cause: unknown
}

class BootRun implements BootShelf {
  readonly #graph: BootGraph
  readonly #options: BootOptions
  readonly #beganAt: number
  readonly #abort = new AbortController()
  readonly #settled = new Map<string, Promise<ChunkOutcome>>()
  readonly #outcomes = new Map<string, ChunkOutcome>()
  readonly #reports: ChunkReport[] = []
  #failure: BootFailure | undefined

  constructor(graph: BootGraph, options: BootOptions) {
    this.#graph = graph
    this.#options = options
    this.#beganAt = options.clock()
  }

  get failure(): BootFailure | undefined {
    return this.#failure
  }

  get isComplete(): boolean {
    return this.#reports.every(({ status }) => status === 'started')
  }

  isUp(chunk: string): boolean {
    return (this.#outcomes.get(chunk)?.kind ?? 'started') === 'started'
  }

  report(status: BootReport['status']): BootReport {
    const { clock } = this.#options
    const took_ms = Math.max(0, clock() - this.#beganAt)
    return { status, started_at: toRfc3339(this.#beganAt), took_ms, chunks: [...this.#reports] }
  }

  /** Settles every chunk. Counts as work in flight, so that a stop waits for the chunk that is just starting. */
  async startAll(): Promise<void> {
    const { lifecycle } = this.#options
    using _work = lifecycle.trackWork('boot')
    const onStop = (): void => this.#fail('the instance was asked to stop while it started', lifecycle.signal.reason)
    lifecycle.signal.addEventListener('abort', onStop, { once: true })
    for (const level of this.#graph.levels) {
      for (const chunk of level) this.#settled.set(chunk.name, this.#settle(chunk))
      await Promise.all(level.map(({ name }) => this.#settled.get(name)))
    }
    lifecycle.signal.removeEventListener('abort', onStop)
  }

  async #settle(chunk: BootChunk): Promise<ChunkOutcome> {
    await Promise.all(namesAwaited(chunk).map((name) => this.#settled.get(name)))
    const reason = this.#reasonToSkip(chunk)
    const outcome: ChunkOutcome = reason === undefined ? await this.#start(chunk) : { kind: 'skipped', reason }
    this.#outcomes.set(chunk.name, outcome)
    this.#record(chunk, outcome)
    return outcome
  }

  #reasonToSkip({ dependsOn = [] }: BootChunk): string | undefined {
    if (this.#failure !== undefined) return `not started, because ${this.#failure.reason}`
    const missing = dependsOn.find((name) => this.#outcomes.get(name)?.kind !== 'started')
    return missing === undefined ? undefined : `it depends on "${missing}", which is not up`
  }

  async #start(chunk: BootChunk): Promise<ChunkOutcome> {
    const { clock, guardian, lifecycle, log } = this.#options
    const beganAt = clock()
    const fail = (error: unknown, reason = reasonOf(error)): ChunkOutcome => ({
      kind: 'failed',
      tookMs: Math.max(0, clock() - beganAt),
      reason,
      error,
    })
    const reach = this.#graph.reaches.get(chunk.name) ?? new Set()
    const context = createBootContext(chunk.name, reach, this, { signal: this.#abort.signal, log })
    const limitMs = chunk.startMs ?? CHUNK_START_MS
    const started = await withDeadline<BootHandle>(
      () => chunk.start(context),
      limitMs,
      // What comes too late still holds its resources: it is closed like any other part, but nobody may use it.
      (late) => late.kind === 'done' && lifecycle.onStop(chunk.name, () => disposeHandle(late.value)),
    )
    if (started.kind === 'late') return fail(undefined, `it did not start within ${limitMs} ms`)
    if (started.kind === 'failed') return fail(started.error)
    const part = lifecycle.onStop(chunk.name, () => disposeHandle(started.value))
    const tookMs = Math.max(0, clock() - beganAt)
    const verdict = await askGuardian(guardian, chunk, { name: chunk.name, priority: chunk.priority, tookMs })
    if (verdict.kind === 'sound') return { kind: 'started', tookMs }
    if (chunk.canFail) await part[Symbol.asyncDispose]()
    return verdict.cause ? fail(verdict.cause) : fail(undefined, `the guardian refused it: ${verdict.reason}`)
  }

  #record(chunk: BootChunk, outcome: ChunkOutcome): void {
    const { log } = this.#options
    this.#reports.push(reportChunk(chunk, outcome))
    if (outcome.kind === 'started') log.debug('chunk started', { chunk: chunk.name, took_ms: outcome.tookMs })
    // What is skipped because the boot has failed says again why: it is in the report.
    else if (outcome.kind === 'skipped' && this.failure) log.debug('chunk skipped', { chunk: chunk.name })
    else log.warn(`chunk ${outcome.kind}`, { chunk: chunk.name, reason: outcome.reason })
    if (outcome.kind === 'failed' && !chunk.canFail)
      this.#fail(`chunk "${chunk.name}" failed: ${outcome.reason}`, outcome.error)
  }

  /** The first failure is the reason of the whole; those that follow from it are in the report. */
  #fail(reason: string, cause: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { reason, cause }
    this.#abort.abort(new CascadeError('BOOT_FAILED', reason))
  }
}

const reasonOf = (error: unknown): string =>
  isCascadeError(error) ? `${error.code}: ${error.detail}` : messageOf(error)
