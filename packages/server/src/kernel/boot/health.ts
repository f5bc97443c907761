import { type Clock, isCascadeError, isWithin, messageOf } from '#base'
import { type KernelLog, type Lifecycle, withDeadline } from '#lifecycle'
import type { BootReport } from './boot-report.ts'

export type HealthStatus = 'ok' | 'degraded' | 'failed'

/** What a check found. `detail` is shown without a token, so it names no path, no person and no content. */
export interface HealthFinding {
  readonly status: HealthStatus
  readonly detail: string
}

export interface HealthCheckOptions {
  /** False: a failure counts as degraded. */
  readonly critical?: boolean
  /** A finding is shown again until it is this old, so that probes cost nothing to send and little to answer. */
  readonly ageMsMax?: number
}

/** A line of a probe's answer. */
export interface HealthRow extends HealthFinding {
  readonly name: string
  readonly age_ms: number
}

/** A probe answers 200 unless it failed, then 503. */
export interface ProbeResult {
  readonly status: HealthStatus
  readonly checks: readonly HealthRow[]
}

/** How long one check may take. */
export const CHECK_MS = 2_000
/** How old a finding may be when the check names no age. */
export const FINDING_AGE_MS = 1_000
export const CHECKS_MAX = 100

interface Check {
  readonly name: string
  readonly find: () => Promise<HealthFinding> | HealthFinding
  readonly critical: boolean
  readonly ageMsMax: number
  last?: { readonly at: number; readonly finding: HealthFinding }
  running?: Promise<void>
}

/** The probes of an orchestrator, answered from the lifecycle, the boot report and the checks that parts registered. */
export class Health {
  readonly #lifecycle: Lifecycle
  readonly #clock: Clock
  readonly #log: KernelLog
  readonly #checks = new Map<string, Check>()
  #report: BootReport | undefined

  constructor(lifecycle: Lifecycle, clock: Clock, log: KernelLog) {
    this.#lifecycle = lifecycle
    this.#clock = clock
    this.#log = log
  }

  get bootReport(): BootReport | undefined {
    return this.#report
  }

  /** From here on a degraded boot shows in `ready`. */
  noteBoot(report: BootReport): void {
    this.#report = report
  }

  /** Adds a check to `ready`; a name that exists is replaced. The handle takes it away. */
  register(name: string, find: Check['find'], options: HealthCheckOptions = {}): Disposable {
    if (!this.#checks.has(name) && this.#checks.size >= CHECKS_MAX)
      throw new RangeError(`more than ${CHECKS_MAX} health checks`)
    const check: Check = {
      name,
      find,
      critical: options.critical ?? true,
      ageMsMax: options.ageMsMax ?? FINDING_AGE_MS,
    }
    this.#checks.set(name, check)
    return {
      [Symbol.dispose]: () => {
        if (this.#checks.get(name) === check) this.#checks.delete(name)
      },
    }
  }

  /** The process runs and its event loop turns. Failing means: start it anew. Draining is alive. */
  live(): ProbeResult {
    return this.#ofPhase(this.#lifecycle.phase !== 'stopped')
  }

  /** The boot is over. Until then nobody should judge `live`. */
  startup(): ProbeResult {
    return this.#ofPhase(this.#lifecycle.phase === 'ready' || this.#lifecycle.phase === 'draining')
  }

  /** Requests may be sent here: booted, not draining, and no critical check fails. */
  async ready(): Promise<ProbeResult> {
    const phase = this.#ofPhase(this.#lifecycle.phase === 'ready')
    const rows = await Promise.all([...this.#checks.values()].map((check) => this.#ask(check)))
    const checks = [...phase.checks, ...this.#ofBoot(), ...rows]
    return { status: worstOf(checks), checks }
  }

  #ofPhase(passes: boolean): ProbeResult {
    const status = passes ? 'ok' : 'failed'
    return { status, checks: [{ name: 'phase', status, detail: this.#lifecycle.phase, age_ms: 0 }] }
  }

  #ofBoot(): HealthRow[] {
    const missing = this.#report?.chunks.filter(({ status }) => status !== 'started') ?? []
    if (this.#report === undefined) return []
    const detail = missing.length === 0 ? 'every part is up' : `not up: ${missing.map(({ name }) => name).join(', ')}`
    const status = ({ ready: 'ok', degraded: 'degraded', failed: 'failed' } as const)[this.#report.status]
    return [{ name: 'boot', status, detail, age_ms: 0 }]
  }

  async #ask(check: Check): Promise<HealthRow> {
    if (check.last === undefined || !isWithin(this.#clock(), check.last.at, check.ageMsMax)) {
      check.running ??= this.#run(check).finally(() => (check.running = undefined))
      await check.running
    }
    const { at, finding } = check.last ?? { at: this.#clock(), finding: NO_FINDING }
    const status = finding.status === 'failed' && !check.critical ? 'degraded' : finding.status
    return { name: check.name, status, detail: finding.detail, age_ms: Math.max(0, this.#clock() - at) }
  }

  async #run(check: Check): Promise<void> {
    const outcome = await withDeadline(check.find, CHECK_MS)
    check.last = { at: this.#clock(), finding: outcome.kind === 'done' ? outcome.value : this.#explain(check, outcome) }
  }

  #explain({ name }: Check, outcome: { kind: 'late' } | { kind: 'failed'; error: unknown }): HealthFinding {
    if (outcome.kind === 'late') return { status: 'failed', detail: `no answer within ${CHECK_MS} ms` }
    this.#log.warn('a health check failed', { check: name, reason: messageOf(outcome.error) })
    // The message may hold paths or content; the code never does.
    return {
      status: 'failed',
      detail: isCascadeError(outcome.error) ? outcome.error.code : 'the check failed; see the log',
    }
  }
}

const NO_FINDING: HealthFinding = { status: 'failed', detail: 'not asked yet' }

const SEVERITY = { ok: 0, degraded: 1, failed: 2 } as const satisfies Record<HealthStatus, number>

const worstOf = (rows: readonly HealthRow[]): HealthStatus =>
  rows.reduce<HealthStatus>((worst, { status }) => (SEVERITY[status] > SEVERITY[worst] ? status : worst), 'ok')
