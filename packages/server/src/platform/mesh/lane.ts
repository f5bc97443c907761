import { CascadeError, isCascadeError, messageOf } from '#base'
import type { CascadeEvent, Command } from '#store'
import { backOffMs } from './back-off.ts'
import { judge } from './event-validators.ts'
import type { LaneOptions, LaneStatus } from './lane-parts.ts'
import { appendOne, letterOf, saveCommand } from './lane-store.ts'
import { keptTries, readTries } from './lane-tries.ts'
import {
  DEAD_LETTERS,
  DEAD_REASON_LENGTH_MAX,
  type DeadCause,
  type DeadLetter,
  LANES,
  type LaneRow,
  laneName,
} from './mesh-rows.ts'
import type { DeliveryFailure } from './mesh-sink.ts'
import { matcherOf } from './route-matcher.ts'
import { tryOnce } from './try-once.ts'
import { type Entry, type KeptTry, Window } from './window.ts'

/** Events of different subjects that a sink is handed at the same time. */
export const LANE_CONCURRENCY_MAX = 16
/** Entries of the log that are read at once. */
const READ_ENTRIES = 500
/** How far it came is written down no more often than this, in milliseconds; what a crash loses is delivered again. */
export const SAVE_EVERY_MS = 1000
/** Entries passed over without a delivery after which that is written down. */
const PASSED_OVER_MAX = 10_000
/** After trouble with the store, or a refusal, it waits so long. */
const TROUBLE_MS = 1000
/** The longest that a sink may have itself waited for, in milliseconds. */
export const SLOW_DOWN_MS_MAX = 60 * 60 * 1000
/** Dead letters that are written in one transaction, and replays that are on their way at once. */
const LETTERS_MAX = 100

/** A save that is on its way, and what is so once it got through. */
interface PendingSave {
  readonly command: Command
  readonly landed: () => void
}

/**
 * One sink of one route: reads what the log brings, hands on what matches, at least once each, and remembers how far it came.
 *
 * A step never runs beside another: what is read, begun and written down needs no lock. Deliveries run beside it.
 */
export class Lane implements AsyncDisposable {
  readonly name: string
  readonly #options: LaneOptions
  readonly #matches: (event: CascadeEvent) => boolean
  readonly #window: Window
  readonly #running = new Set<Promise<void>>()
  readonly #close = new AbortController()
  #signal = AbortSignal.abort()
  #revision: number | undefined
  #readTo = -1
  #saved = -1
  #done = new Set<string>()
  #tries = new Map<string, KeptTry>()
  #isDirty = false
  #lastSave = Number.NEGATIVE_INFINITY
  #pending: PendingSave | undefined
  #gone: string[] = []
  #deliveredSinceSave = 0
  #delivered = 0
  #hasReplays = true
  #notBefore = 0
  #trouble: string | undefined
  #step: Promise<void> | undefined
  #again = false

  constructor(options: LaneOptions) {
    this.#options = options
    const { route, sink } = options
    this.name = laneName(route.name, sink.name)
    this.#matches = matcherOf(route, sink.name)
    this.#window = new Window(route.order)
  }

  status(): LaneStatus {
    const { route, sink, carrier, validators } = this.#options
    const cursor = this.#window.cursor(this.#readTo)
    const isHeld = validators() === undefined
    return {
      ...{ route: route.name, sink: sink.name, kind: sink.kind, cursor, delivered: this.#delivered },
      state: route.paused ? 'paused' : isHeld || this.#trouble !== undefined ? 'waiting' : 'delivering',
      reason: isHeld ? 'the validators are not up' : (this.#trouble ?? null),
      lag: Math.max(0, carrier.head() - cursor),
      unsettled: this.#window.unsettled,
      retrying: this.#window.retrying.length,
    }
  }

  /** Goes on until `signal` aborts: then what is under way ends as not tried. */
  tick(signal: AbortSignal): void {
    this.#signal = signal
    this.#go()
  }

  /** There are dead letters to deliver again. */
  replay(): void {
    this.#hasReplays = true
    this.#go()
  }

  /** Resolves when the step and the deliveries that are under way are over. */
  async settled(): Promise<void> {
    while (this.#step || this.#running.size > 0) await Promise.all([this.#step, ...this.#running])
  }

  /** Ends what is under way and writes down how far it came. */
  async [Symbol.asyncDispose](): Promise<void> {
    const mayWrite = !this.#signal.aborted
    this.#close.abort()
    await this.settled()
    try {
      if (mayWrite && this.#revision !== undefined && this.#isDirty) await this.#save()
    } catch (error) {
      this.#options.onTrouble('how far a route came was not written down; what it delivered last is delivered again', {
        ...{ lane: this.name, reason: messageOf(error) },
      })
    }
    await this.#options.sink[Symbol.asyncDispose]?.()
  }

  get #isStopped(): boolean {
    return this.#signal.aborted || this.#close.signal.aborted
  }

  #go(): void {
    if (this.#isStopped || this.#options.route.paused) return
    if (this.#step) {
      this.#again = true
      return
    }
    this.#step = this.#steps().finally(() => {
      this.#step = undefined
      // Asked for after the last look at it: nobody else would go on.
      if (this.#again) this.#go()
    })
  }

  async #steps(): Promise<void> {
    do {
      this.#again = false
      const { clock, validators } = this.#options
      if (this.#isStopped || clock() < this.#notBefore || validators() === undefined) return
      try {
        await this.#work()
      } catch (error) {
        this.#wait(messageOf(error), TROUBLE_MS)
      }
    } while (this.#again)
  }

  #wait(reason: string, ms: number): void {
    const { clock, onTrouble } = this.#options
    this.#notBefore = clock() + ms
    if (this.#trouble !== reason) onTrouble('a route of events waits', { lane: this.name, reason })
    this.#trouble = reason
  }

  async #work(): Promise<void> {
    if (this.#revision === undefined) await this.#open()
    if (this.#hasReplays) await this.#loadReplays()
    let isMore = true
    while (isMore && !this.#isStopped) {
      isMore = await this.#fill()
      // Looking is nobody's business; a route without events asks for nothing and writes nothing.
      if (this.#window.unsettled > 0) await this.#options.authorise(this.#options.route.name)
      this.#begin()
      // Whoever is called without waiting has its turn: a delivery inside the process ends here.
      await Promise.resolve()
      isMore &&= this.#window.unsettled === 0
    }
    if (this.#isSaveDue()) await this.#save()
    if (this.#running.size === 0 && this.#window.retrying.length === 0) this.#trouble = undefined
  }

  async #open(): Promise<void> {
    const { store, carrier, route } = this.#options
    const found = await store.records.find<LaneRow>(LANES, this.name)
    const { cursor, done, retrying } = found?.value ?? {
      ...{ cursor: route.from === 'beginning' ? -1 : carrier.head(), done: [], retrying: [] },
    }
    this.#done = new Set(done)
    this.#tries = readTries(retrying)
    this.#readTo = cursor
    this.#saved = cursor
    this.#revision = found?.revision ?? 0
    this.#isDirty = found === undefined
  }

  /** Reads on while there is room. @returns whether there may be more to read. */
  async #fill(): Promise<boolean> {
    const { carrier } = this.#options
    if (this.#window.isFull || this.#readTo >= carrier.head()) return false
    const { events, upTo } = await carrier.read(this.#readTo, READ_ENTRIES)
    for (const event of events) {
      if (this.#done.delete(event.id)) {
        this.#window.addSettled(event)
        continue
      }
      if (!this.#matches(event)) continue
      this.#window.add(event, undefined, this.#tries.get(event.id))
      this.#tries.delete(event.id)
    }
    this.#readTo = Math.max(this.#readTo, upTo)
    return this.#readTo < carrier.head()
  }

  #begin(): void {
    const { clock } = this.#options
    while (this.#running.size < LANE_CONCURRENCY_MAX && !this.#isStopped && clock() >= this.#notBefore) {
      const entry = this.#window.next(clock())
      if (!entry) return
      const delivery = this.#deliver(entry).finally(() => {
        this.#running.delete(delivery)
        this.#go()
      })
      this.#running.add(delivery)
    }
  }

  /** Never rejects. */
  async #deliver(entry: Entry): Promise<void> {
    const { route, validators, clock } = this.#options
    try {
      const judgement = await judge(validators() ?? [], entry.event, route)
      if (judgement.kind === 'wait') {
        this.#window.putBack(entry)
        this.#wait(judgement.reason, TROUBLE_MS)
      } else if (judgement.kind === 'refuse') this.#giveUp(entry, judgement.cause, judgement.reason)
      else await this.#try(entry, clock())
    } catch (error) {
      // A validator that broke: the event waits.
      this.#window.putBack(entry)
      this.#wait(messageOf(error), TROUBLE_MS)
    }
  }

  async #try(entry: Entry, now: number): Promise<void> {
    const { sink, route } = this.#options
    entry.firstAt ||= now
    const delivery = { event: entry.event, attempt: entry.attempts + 1 }
    const signals = [this.#signal, this.#close.signal]
    const failure = await tryOnce(sink, delivery, signals, route.retry.timeoutMs)
    if (failure === undefined) this.#settleDelivered(entry)
    else if (failure === 'stopped') this.#window.putBack(entry)
    else this.#failed(entry, failure)
  }

  #settleDelivered(entry: Entry): void {
    if (entry.letter) this.#gone.push(entry.letter.key)
    this.#window.settle(entry)
    this.#delivered++
    this.#deliveredSinceSave++
    this.#isDirty = true
    this.#options.count('delivered', this.name)
  }

  #failed(entry: Entry, failure: DeliveryFailure): void {
    const { route, clock, chance, count } = this.#options
    if (failure.kind === 'slow down') {
      this.#window.putBack(entry)
      this.#wait(
        reasonOf(failure),
        Math.min(SLOW_DOWN_MS_MAX, Math.max(1, failure.retryAfterMs ?? route.retry.firstMs)),
      )
      return
    }
    entry.attempts++
    entry.reason = reasonOf(failure)
    this.#isDirty = true
    if (failure.kind === 'permanent' || entry.attempts >= route.retry.attempts)
      this.#giveUp(entry, 'delivery', entry.reason)
    else {
      count('retried', this.name)
      this.#window.retryAt(entry, clock() + backOffMs(route.retry, entry.attempts, chance()))
    }
  }

  #giveUp(entry: Entry, cause: DeadCause, reason: string): void {
    entry.reason = reason
    entry.cause = cause
    this.#window.giveUp(entry)
    this.#isDirty = true
  }

  async #loadReplays(): Promise<void> {
    const { store, carrier } = this.#options
    if (this.#window.replays >= LETTERS_MAX) return
    const { items, next } = await store.records.listBy<DeadLetter>(DEAD_LETTERS, 'replaying', this.name, {
      limit: LETTERS_MAX,
    })
    for (const letter of items.toSorted((a, b) => a.value.event.sequence - b.value.event.sequence)) {
      if (this.#window.holds(letter.key) || this.#gone.includes(letter.key)) continue
      const { id, sequence } = letter.value.event
      const { events } = await carrier.read(sequence - 1, 1)
      const event = events.find((one) => one.id === id)
      if (event) this.#window.add(event, letter)
      else this.#gone.push(letter.key)
    }
    this.#isDirty ||= this.#gone.length > 0
    this.#hasReplays = next !== undefined
  }

  #isSaveDue(): boolean {
    const { clock } = this.#options
    if (this.#pending || this.#window.dying.length > 0) return true
    if (this.#readTo - this.#saved >= PASSED_OVER_MAX) return true
    const now = clock()
    return this.#isDirty && (now < this.#lastSave || now - this.#lastSave >= SAVE_EVERY_MS)
  }

  async #isThere(letter: string): Promise<boolean> {
    return (await this.#options.store.records.find(DEAD_LETTERS, letter)) !== undefined
  }

  /** Writes down how far it came. What did not get through is sent again as the same command. */
  async #save(): Promise<void> {
    const { store } = this.#options
    this.#pending ??= await this.#draft()
    try {
      await appendOne(store, this.#pending.command)
    } catch (error) {
      if (!isCascadeError(error) || !MAY_COME[error.code]) this.#pending = undefined
      if (isCascadeError(error) && (error.code === 'CONFLICT' || error.code === 'REVISION_MISMATCH'))
        throw new CascadeError('CONFLICT', 'Somebody else writes down how far this route is.', { cause: error })
      throw error
    }
    const { landed } = this.#pending
    this.#pending = undefined
    landed()
  }

  async #draft(): Promise<PendingSave> {
    const { store, route, sink, authorise, commandId, clock, count } = this.#options
    const grant = await authorise(route.name)
    const dying = this.#window.dying.slice(0, LETTERS_MAX)
    // A dead letter that was discarded or erased while it was delivered again stays away.
    const left = await Promise.all(dying.map(({ letter }) => !letter || this.#isThere(letter.key)))
    const dead = dying.filter((_, at) => left[at]).map((entry) => letterOf(entry, route.name, sink.name, clock()))
    const gone = this.#gone.slice(0, LETTERS_MAX)
    const cursor = this.#window.cursor(this.#readTo)
    const retrying = keptTries(this.#window.retrying, this.#tries)
    const delivered = this.#deliveredSinceSave
    const ids = dying.filter(({ letter }) => !letter).map(({ event }) => event.id)
    // What was settled before a restart stays so until the cursor is past it, read again or not.
    const done = [...this.#window.settledIds(), ...this.#done, ...ids]
    const row: LaneRow = { cursor, done, retrying }
    const revision = this.#revision ?? 0
    const revisions = new Map(dying.flatMap(({ letter }) => (letter ? [[letter.key, letter.revision] as const] : [])))
    const save = { route: route.name, sink: sink.name, row, revision, dead, revisions, gone, delivered }
    const command = saveCommand(store.records, grant, commandId(), save)
    // What happens between the draft and its landing is dirty again by itself.
    this.#isDirty = false
    const landed = () => {
      this.#revision = revision + 1
      this.#saved = cursor
      this.#lastSave = clock()
      this.#deliveredSinceSave -= delivered
      this.#gone = this.#gone.slice(gone.length)
      for (const entry of dying) {
        count('dead', this.name)
        this.#window.settle(entry)
      }
      this.#again ||= dying.length > 0 || this.#hasReplays
      this.#isDirty ||= dying.length > 0 || this.#gone.length > 0
    }
    return { command, landed }
  }
}

/** A command that met these may be carried out yet, or may be sent again. */
const MAY_COME: Readonly<Record<string, boolean>> = { UNAVAILABLE: true, STORAGE_FULL: true, OUTCOME_UNKNOWN: true }

const reasonOf = (failure: Error): string => failure.message.slice(0, DEAD_REASON_LENGTH_MAX).toWellFormed()
