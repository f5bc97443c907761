import type { Action } from '@forge-cascade/contract'
import type { Clock } from '#base'
import type { RiskSignal } from './risk.ts'

export interface SubjectHistoryOptions {
  readonly clock: Clock
  /** Subjects that are remembered; the one that was quiet for longest is forgotten first. */
  readonly subjectsMax?: number
}

/** What is known of one subject: of a fixed size, however much it does. Times in milliseconds since 1970. */
interface Past {
  readonly since: number
  at: number
  readonly actions: Set<Action>
  /** What it did in each hour of the day, UTC. */
  readonly hours: Uint32Array
  count: number
  /** Decisions and denials, faded to `at`. */
  minute: number
  hour: number
  denials: number
}

/** How one decision came out. */
export interface Decided {
  readonly subject: string
  readonly action: Action
  readonly isAllowed: boolean
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
export const HISTORY_SUBJECTS_MAX = 10_000
/** From when on what was not seen yet is new. Before, a start has forgotten what it was. */
export const WARM_MS = HOUR_MS
/** What novelty counts before: neither known nor new. */
export const NOVELTY_UNKNOWN = 50
/** Usual hours are known after so many days and decisions. */
const HOURS_KNOWN_MS = 7 * 24 * HOUR_MS
const HOURS_KNOWN_COUNT = 200
/** As many decisions a minute as nobody is suspected for. */
const QUIET_PER_MINUTE = 60
/** So many times the usual is harmless, and so many the worst. */
const VOLUME = { harmless: 2, worst: 20 } as const
/** A denial counts half after so long, and so many at once are the worst. */
const DENIAL_HALF_MS = 10 * MINUTE_MS
const DENIALS_WORST = 5

/** What subjects did since the process began: in memory, bounded, and empty at the start. */
export class SubjectHistory {
  readonly #clock: Clock
  readonly #subjectsMax: number
  readonly #startedAt: number
  /** The one that was quiet for longest is first. */
  readonly #pasts = new Map<string, Past>()

  constructor({ clock, subjectsMax = HISTORY_SUBJECTS_MAX }: SubjectHistoryOptions) {
    this.#clock = clock
    this.#subjectsMax = subjectsMax
    this.#startedAt = clock()
  }

  /** False within an hour of the start: what was not seen yet may be old. */
  get isWarm(): boolean {
    return this.#clock() - this.#startedAt >= WARM_MS
  }

  /** Keeps how a decision came out. */
  note({ subject, action, isAllowed }: Decided): void {
    const now = this.#clock()
    const past = this.#pasts.get(subject) ?? newPast(now)
    this.#pasts.delete(subject)
    this.#pasts.set(subject, past)
    if (this.#pasts.size > this.#subjectsMax) this.#pasts.delete(this.#pasts.keys().next().value ?? subject)
    fade(past, now)
    past.minute += 1
    past.hour += 1
    past.count += 1
    if (!isAllowed) past.denials += 1
    // What was refused was not done: asking once does not make it usual.
    if (!isAllowed) return
    past.actions.add(action)
    const hour = new Date(now).getUTCHours()
    past.hours[hour] = (past.hours[hour] ?? 0) + 1
  }

  /** What is unusual about a subject's doing this now. `time` is among it once usual hours are known. */
  signalsOf(subject: string, action: Action): readonly RiskSignal[] {
    const now = this.#clock()
    const past = this.#pasts.get(subject)
    const isKnown = past?.actions.has(action) ?? false
    const unknown = this.isWarm ? 100 : NOVELTY_UNKNOWN
    const novelty = { name: 'novelty', value: isKnown ? 0 : unknown } as const
    if (past === undefined) return [novelty]
    fade(past, now)
    return [
      novelty,
      ...timeSignal(past, now),
      { name: 'volume', value: volumeOf(past, now) },
      { name: 'denials', value: Math.min(100, Math.round((100 * past.denials) / DENIALS_WORST)) },
    ]
  }
}

const newPast = (now: number): Past => ({
  ...{ since: now, at: now, actions: new Set(), hours: new Uint32Array(24) },
  ...{ count: 0, minute: 0, hour: 0, denials: 0 },
})

/** Brings what fades to now. A clock that was set back fades nothing. */
function fade(past: Past, now: number): void {
  const ms = Math.max(0, now - past.at)
  past.minute *= Math.exp(-ms / MINUTE_MS)
  past.hour *= Math.exp(-ms / HOUR_MS)
  past.denials *= 0.5 ** (ms / DENIAL_HALF_MS)
  past.at = Math.max(past.at, now)
}

/** 0 at an hour that has its part of what the subject does, or its neighbours have; 100 where nothing was ever done. */
function timeSignal({ since, count, hours }: Past, now: number): readonly RiskSignal[] {
  if (now - since < HOURS_KNOWN_MS || count < HOURS_KNOWN_COUNT) return []
  const hour = new Date(now).getUTCHours()
  const near = [hour + 23, hour, hour + 1].reduce((sum, each) => sum + (hours[each % 24] ?? 0), 0)
  const all = hours.reduce((sum, each) => sum + each, 0)
  const part = all === 0 ? 0 : near / all
  return [{ name: 'time', value: Math.round(100 * (1 - Math.min(1, part * 8))) }]
}

/** How many times its own usual rate a subject goes now, on a scale of powers. */
function volumeOf({ since, minute, hour }: Past, now: number): number {
  const minutes = Math.min(60, Math.max(1, (now - since) / MINUTE_MS))
  const ratio = minute / Math.max(QUIET_PER_MINUTE, hour / minutes)
  const scale = Math.log(ratio / VOLUME.harmless) / Math.log(VOLUME.worst / VOLUME.harmless)
  return Math.round(100 * Math.min(1, Math.max(0, scale)))
}
