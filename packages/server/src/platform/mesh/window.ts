import type { CascadeEvent } from '#store'
import type { DeadCause, StoredLetter } from './mesh-rows.ts'

/** Events of a lane that are not settled, with those after them that are; reading waits while there are so many. */
export const MESH_WINDOW_MAX = 1000

/** What became of an event so far. */
export interface Entry {
  readonly event: CascadeEvent
  /** Of a replay: its dead letter. */
  readonly letter: StoredLetter | undefined
  state: 'waiting' | 'running' | 'dying' | 'settled'
  /** Tries that counted. */
  attempts: number
  /** Milliseconds since 1970: of the first try (0 before it), and before which there is no other. */
  firstAt: number
  nextAt: number
  /** Why the last try failed. */
  reason: string | undefined
  /** What stood against it, once it is given up. */
  cause: DeadCause
}

/** What is kept of an event that is being tried, over a restart. */
export type KeptTry = Pick<Entry, 'attempts' | 'firstAt' | 'nextAt' | 'reason'>

const NO_TRY: KeptTry = { attempts: 0, firstAt: 0, nextAt: 0, reason: undefined }

/**
 * The events of a lane between the first that is not settled and the last that was read. Those of one subject wait for each
 * other, those of others do not: an event that fails stops its own subject alone.
 */
export class Window {
  readonly #isOrdered: boolean
  /** In the order of commits, from the first that is not settled; replays stand in their queues alone. */
  readonly #log: Entry[] = []
  readonly #queues = new Map<string, Entry[]>()
  /** Heads of queues that may begin at once, in the order in which they became that. */
  #ready: Entry[] = []
  /** Heads of queues that wait for their time. */
  readonly #later = new Set<Entry>()
  readonly #dying = new Set<Entry>()
  #replays = 0
  #waiting = 0

  /** @param order whether events of one subject wait for each other. */
  constructor(order: 'subject' | 'none') {
    this.#isOrdered = order === 'subject'
  }

  get isFull(): boolean {
    return this.#log.length >= MESH_WINDOW_MAX
  }

  /** Events of the log and replays that are not settled. */
  get unsettled(): number {
    return this.#waiting
  }

  get replays(): number {
    return this.#replays
  }

  /** What is given up and not on record yet. */
  get dying(): readonly Entry[] {
    return [...this.#dying]
  }

  /** Those that failed and wait for another try. */
  get retrying(): readonly Entry[] {
    return [...this.#later]
  }

  add(event: CascadeEvent, letter?: StoredLetter, kept: KeptTry = NO_TRY): void {
    const entry: Entry = { event, letter, state: 'waiting', cause: 'delivery', ...kept }
    this.#waiting++
    if (letter) this.#replays++
    else this.#log.push(entry)
    const key = this.#keyOf(entry)
    const queue = this.#queues.get(key)
    if (queue) queue.push(entry)
    else {
      this.#queues.set(key, [entry])
      this.#offer(entry)
    }
  }

  /** One that is settled already, and stands behind others that are not. */
  addSettled(event: CascadeEvent): void {
    this.#log.push({ event, letter: undefined, state: 'settled', cause: 'delivery', ...NO_TRY })
    this.#trim()
  }

  /** Takes the next event that may be tried now; it is running from here on. */
  next(now: number): Entry | undefined {
    for (const entry of this.#later)
      if (entry.nextAt <= now) {
        this.#later.delete(entry)
        this.#ready.push(entry)
      }
    const entry = this.#ready.shift()
    if (entry) entry.state = 'running'
    return entry
  }

  /** Puts a try that did not count back in front. */
  putBack(entry: Entry): void {
    entry.state = 'waiting'
    this.#ready.unshift(entry)
  }

  /** Has it wait until `nextAt`. */
  retryAt(entry: Entry, nextAt: number): void {
    entry.state = 'waiting'
    entry.nextAt = nextAt
    this.#later.add(entry)
  }

  /** Gives it up; its subject waits until that is on record. */
  giveUp(entry: Entry): void {
    entry.state = 'dying'
    this.#dying.add(entry)
  }

  /** It is done with, one way or the other: the next of its subject may begin. */
  settle(entry: Entry): void {
    entry.state = 'settled'
    this.#dying.delete(entry)
    this.#waiting--
    if (entry.letter) this.#replays--
    const key = this.#keyOf(entry)
    const queue = this.#queues.get(key) ?? []
    queue.shift()
    const [next] = queue
    if (next) this.#offer(next)
    else this.#queues.delete(key)
    this.#trim()
  }

  /** Sequence until which everything is settled. @param readTo what was read last. */
  cursor(readTo: number): number {
    const [first] = this.#log
    return first ? first.event.sequence - 1 : readTo
  }

  /** Ids of those behind the cursor that are settled already. */
  settledIds(): readonly string[] {
    return this.#log.filter(({ state }) => state === 'settled').map(({ event }) => event.id)
  }

  /** Whether a replay of this dead letter is on its way. */
  holds(key: string): boolean {
    for (const queue of this.#queues.values()) if (queue.some(({ letter }) => letter?.key === key)) return true
    return false
  }

  #trim(): void {
    while (this.#log[0]?.state === 'settled') this.#log.shift()
  }

  #offer(entry: Entry): void {
    if (entry.nextAt > 0) this.#later.add(entry)
    else this.#ready.push(entry)
  }

  #keyOf({ event }: Entry): string {
    return this.#isOrdered ? event.subject : event.id
  }
}
