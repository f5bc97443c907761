import type { Clock } from '#base'
import type { Leaf } from '#ledger'
import type { Store } from '../../store.ts'
import type { Link } from '../capsule.ts'
import type { VersionSummary } from '../capsule-store.ts'

const CHANGES_PER_PAGE = 1000
const SUBJECT_PREFIX = 'capsule/'

/**
 * What belongs to an export: all that was committed when it began, and nothing that came later, so that no version names
 * one that is not there. The clock alone does not tell them apart: what a store writes while its clock is behind has the
 * time of its newest entry, however often. Where times are equal, the log says what came later.
 */
export class ExportCut {
  readonly #store: Store
  /** Time of the newest entry of the log (ms): what was recorded before it was there. */
  readonly #newestMs: number
  /** What was recorded later than this (ms) was not there. */
  readonly #untilMs: number
  /** Sequence up to which the log was read. */
  #sequence: number
  #isPast = false
  /** `<id>` for each capsule created since, `<id>@<version>` for each version. */
  readonly #later = new Set<string>()

  private constructor(store: Store, newest: Leaf | undefined, now: number) {
    this.#store = store
    this.#sequence = newest?.index ?? -1
    this.#newestMs = newest ? Date.parse(newest.time) : Number.NEGATIVE_INFINITY
    this.#untilMs = Math.max(this.#newestMs, now)
  }

  /** Cuts here: what any read has shown by now is there. */
  static async open({ store, clock }: { readonly store: Store; readonly clock: Clock }): Promise<ExportCut> {
    // Asked of a reader and not of `head`, which a commit that a reader sees already may not have reached.
    const [newest] = await store.ledger.list({}, { limit: 1 })
    return new ExportCut(store, newest?.leaf, clock())
  }

  /** True for a version that was there. Read before this is asked, so that the log tells of it. */
  async hasVersion(
    id: string,
    { version, createdAt }: Pick<VersionSummary, 'version' | 'createdAt'>,
  ): Promise<boolean> {
    if (!(await this.#isDoubtful(createdAt))) return createdAt <= this.#untilMs
    return !this.#later.has(id) && !this.#later.has(`${id}@${version}`)
  }

  /** True for a link whose ends were there. */
  async hasLink({ to, createdAt }: Link): Promise<boolean> {
    if (!(await this.#isDoubtful(createdAt))) return createdAt <= this.#untilMs
    return !this.#later.has(to)
  }

  /** Whether the time leaves it open; the log was read then. */
  async #isDoubtful(createdAt: number): Promise<boolean> {
    if (createdAt < this.#newestMs || createdAt > this.#untilMs) return false
    await this.#readLog()
    return true
  }

  /** Times in the log never go back, so behind the first later one nothing is in doubt. */
  async #readLog(): Promise<void> {
    let read = CHANGES_PER_PAGE
    while (!this.#isPast && read === CHANGES_PER_PAGE) {
      const entries = await this.#store.changesSince(this.#sequence, CHANGES_PER_PAGE)
      read = entries.length
      for (const { leaf } of entries) this.#note(leaf)
    }
  }

  #note({ index, time, type, subject, payload }: Leaf): void {
    this.#sequence = index
    this.#isPast ||= Date.parse(time) > this.#untilMs
    const id = subject.slice(SUBJECT_PREFIX.length)
    if (type === 'capsule.created') this.#later.add(id)
    if (type === 'capsule.versioned') this.#later.add(`${id}@${payload.version}`)
  }
}
