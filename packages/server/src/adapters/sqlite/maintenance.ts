import { messageOf } from '#base'
import { foldLog } from './fold-log.ts'
import { sweepPages } from './lexical/index.ts'
import { isLongLog, reserveLog } from './log-reserve.ts'
import { sweepReceipts } from './receipts.ts'
import { sweepRecords } from './record-writer.ts'
import { isStorageFailure } from './thread-errors.ts'
import type { WriteSession } from './write-session.ts'

/** Quiet time after the last write before care begins, and between two steps of it. */
const IDLE_MS = 40
/** The same after the store was opened: the first questions have the processor to themselves. */
const AFTER_OPEN_MS = 500
/** Pages of the log (8 KiB each) from which on it is copied into the file, in an idle moment or in any. */
const CHECKPOINT_IDLE_PAGES = 512
const CHECKPOINT_PAGES = 6000
/** Commits from which on the log has a reserve: a store that is opened for a few needs none. */
const RESERVE_FROM_COMMITS = 32
/** Commits after which the log is looked after even where no moment is idle. */
const COMMITS_PER_LOOK = 8
/** Rows that one step of sweeping may remove. */
const SWEEP_ROWS = 500
/** Unused pages that one step hands back to the disk. */
const VACUUM_PAGES = 64
/** What has expired is looked at again after this time. */
const ROUND_MS = 60_000

/** @param commits how many there were since the store was opened. */
type Step = (session: WriteSession, now: number, commits: number) => boolean

/**
 * Care of the file in moments when nobody writes: copying the log into the file, removing what has expired or was replaced.
 * Each step is short, so that a write that comes waits for milliseconds, but for the first, which reads the bands of
 * near-duplicates (some seconds for a million capsules); without care the first write would.
 */
export class Maintenance {
  readonly #session: WriteSession
  #timer: NodeJS.Timeout | undefined
  #now = 0
  #wroteAt = 0
  #commits = 0
  /** The log is to be looked after, idle or not. */
  #isLogDue = false
  #hasBegun = false
  /** True from a failure that was told until a round of care ends well: a full disk is told of once. */
  #isInTrouble = false
  /** Steps that still have something to do in this round. */
  #pending: Step[] = []

  constructor(session: WriteSession) {
    this.#session = session
    this.#pending = [...STEPS]
  }

  /** A write comes: care waits. */
  postpone(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** A write is durable. Where idle moments are not enough, the log is cared for once its callers are told: see `resume`. */
  wrote(now: number): void {
    this.#hasBegun = true
    this.#now = now
    this.#wroteAt = performance.now()
    this.#pending = [...STEPS]
    this.#commits++
    this.#session.cutter?.wrote(now)
    this.#isLogDue ||= this.#commits % COMMITS_PER_LOOK === 0
  }

  /** The writer has answered: what is due is done before the next call is taken, the rest when it has been idle for a while. */
  resume(): void {
    if (this.#isLogDue) this.#careForLog()
    const delayMs = this.#hasBegun ? IDLE_MS : AFTER_OPEN_MS
    this.#timer ??= this.#schedule(this.#pending.length > 0 ? delayMs : ROUND_MS)
  }

  stop(): void {
    this.postpone()
  }

  #schedule(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = undefined
      this.#hasBegun = true
      this.#step()
      this.resume()
    }, delayMs).unref()
  }

  /** What cannot wait for an idle moment, as long as writes leave none. */
  #careForLog(): void {
    this.#isLogDue = false
    try {
      if (this.#commits >= RESERVE_FROM_COMMITS) reserveLog(logOf(this.#session))
      if (logPages(this.#session) > CHECKPOINT_PAGES) foldLog(this.#session, 'PASSIVE', this.#now)
    } catch (error) {
      // The log keeps what the file did not take, so that nothing is lost; but it grows, and no write fails of that.
      this.#tell(error)
    }
  }

  #step(): void {
    const step = this.#pending[0]
    if (!step) {
      this.#pending = [...STEPS]
      return
    }
    // No clock of its own: the time of the last write, and what has passed since.
    const now = this.#now + (performance.now() - this.#wroteAt)
    try {
      if (!step(this.#session, Math.floor(now), this.#commits)) this.#pending.shift()
      if (this.#pending.length === 0) this.#isInTrouble = false
    } catch (error) {
      // A full disk stops care, not the store: the next round tries again.
      this.#tell(error)
      this.#pending = []
    }
  }

  /** @throws what is no failure of the storage: that is a mistake of ours. */
  #tell(error: unknown): void {
    if (!isStorageFailure(error) && !isOfSystem(error)) throw error
    if (!this.#isInTrouble)
      this.#session.settings.onTrouble(`the file could not be cared for, and its log grows: ${messageOf(error)}`)
    this.#isInTrouble = true
  }
}

/** An error of a system call on the file of the log. SQLite finds out by itself, at its next commit, what concerns those. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** Each returns true while it has more to do. */
const STEPS: readonly Step[] = [
  (session) => {
    session.loadBands()
    return false
  },
  ({ database }) => sweepPages(database),
  ({ database }, now) => now > 0 && sweepReceipts(database, now, SWEEP_ROWS) === SWEEP_ROWS,
  (session, now) =>
    now > 0 && session.database.transaction(() => sweepRecords(session, now, SWEEP_ROWS)) === SWEEP_ROWS,
  ({ database }) => {
    const free = database.get<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0
    if (free < VACUUM_PAGES * 16) return false
    database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`)
    return true
  },
  (session, now) => {
    if (logPages(session) > CHECKPOINT_IDLE_PAGES) {
      const mode = isLongLog(logOf(session)) ? 'TRUNCATE' : 'PASSIVE'
      foldLog(session, mode, now > 0 ? Math.floor(now) : Date.now())
    }
    return false
  },
  (session, _, commits) => commits >= RESERVE_FROM_COMMITS && reserveLog(logOf(session)),
]

const logOf = ({ database }: WriteSession): string => `${database.file}-wal`

interface LogState {
  readonly busy: number
  readonly log: number
  readonly checkpointed: number
}

/** Pages in the log that are not yet in the file. */
function logPages({ database }: WriteSession): number {
  const state = database.get<LogState>('PRAGMA wal_checkpoint(NOOP)')
  return state ? state.log - state.checkpointed : 0
}
