import type { ImportJob } from '@forge-cascade/contract'
import { type Clock, isWithin, toRfc3339 } from '#base'
import type { FileTally } from './import-records.ts'
import { countSteps, type PlannedItem } from './planned-item.ts'

/** Speed is that of the last seconds: a large file in the beginning says nothing about the end. */
const WINDOW_MS = 10_000

interface Mark {
  readonly at: number
  readonly done: number
}

/** The numbers of a job while it runs. */
export class Progress {
  readonly #clock: Clock
  #job: ImportJob
  #marks: Mark[]

  /** @param before what interrupted runs of the same job have done. */
  constructor(job: ImportJob, before: FileTally, clock: Clock) {
    this.#clock = clock
    const { imported, skipped, failed, unchanged = 0, created, versions } = before
    const counts = { imported, skipped, failed, unchanged, capsules_created: created, versions_added: versions }
    this.#job = { ...job, ...counts, files_done: imported + skipped + failed + unchanged }
    this.#marks = [{ at: clock(), done: this.#job.files_done }]
  }

  get job(): ImportJob {
    return this.#job
  }

  expect(total: number | null): void {
    if (this.#job.state !== 'running') return
    this.#job = { ...this.#job, files_total: total && Math.max(total, this.#job.files_done) }
  }

  reading(path: string): void {
    this.#job = { ...this.#job, current: path }
  }

  /** The item is durable. */
  count({ outcome, steps }: PlannedItem): void {
    const { created, versions } = countSteps(steps)
    const job = this.#job
    const capsules_created = job.capsules_created + created
    const versions_added = job.versions_added + versions
    this.#job = { ...job, capsules_created, versions_added }
    if (outcome === 'counted') return
    const done = job.files_done + 1
    const files_total = job.files_total && Math.max(job.files_total, done)
    this.#job = { ...this.#job, [outcome]: job[outcome] + 1, files_done: done, files_total }
  }

  /** The links of a vault are as its notes have them. */
  linked(links: NonNullable<ImportJob['links']>): void {
    this.#job = { ...this.#job, links }
  }

  /** Brings speed and remaining time up to date. */
  mark(): ImportJob {
    const now = this.#clock()
    const done = this.#job.files_done
    this.#marks = [...this.#marks.filter(({ at }) => isWithin(now, at, WINDOW_MS + 1)), { at: now, done }]
    const [first] = this.#marks
    const rate = first && now > first.at ? ((done - first.done) * 1000) / (now - first.at) : null
    const left = this.#job.files_total === null ? null : Math.max(0, this.#job.files_total - done)
    const eta = rate && left !== null ? Math.ceil(left / rate) : null
    this.#job = {
      ...this.#job,
      updated_at: this.#notBefore(now),
      rate_per_s: rate && Math.round(rate * 10) / 10,
      eta_s: eta,
    }
    return this.#job
  }

  end(state: ImportJob['state'], problem: string | null): ImportJob {
    const at = this.#notBefore(this.#clock())
    const total = state === 'completed' ? this.#job.files_done : this.#job.files_total
    const ended = { updated_at: at, finished_at: at, files_total: total, eta_s: null, current: null }
    this.#job = { ...this.#job, ...ended, state, problem }
    return this.#job
  }

  /** What a job says of its times is in order, also when the clock was set back in between. */
  #notBefore(now: number): string {
    return toRfc3339(Math.max(now, Date.parse(this.#job.updated_at)))
  }
}

/** A job that has done nothing yet. */
export const newJob = (fields: Pick<ImportJob, 'id' | 'label' | 'kind' | 'path'>, startedAt: number): ImportJob => ({
  ...fields,
  state: 'running',
  started_at: toRfc3339(startedAt),
  updated_at: toRfc3339(startedAt),
  finished_at: null,
  files_total: null,
  files_done: 0,
  imported: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  capsules_created: 0,
  versions_added: 0,
  rate_per_s: null,
  eta_s: null,
  current: null,
  problem: null,
})
