import type { CollectionDefinition } from '#store'

/** One row: how the emergency stands. */
export const EMERGENCY_COLLECTION = { name: 'emergency', indexes: [] } as const satisfies CollectionDefinition
export const EMERGENCY_KEY = 'state'

/** How long somebody who asked to lift it waits for the second person. */
export const LIFT_MS = 60 * 60 * 1000
/** How long the only person who may lift it thinks about it. */
export const ALONE_WAIT_MS = 60 * 1000

export type EmergencyCause = 'call' | 'file'

/** Somebody who asked to lift it. Times in milliseconds since 1970. */
export interface LiftAsk {
  readonly by: string
  readonly at: number
}

/** How the emergency stands, and stood last. */
export interface EmergencyState {
  readonly active: boolean
  /** Counts emergencies, from 1; 0 before the first. */
  readonly epoch: number
  readonly since: number | null
  readonly reason: string | null
  readonly by: string | null
  readonly cause: EmergencyCause | null
  /** Who asked to lift it, and waits. */
  readonly lifts: readonly LiftAsk[]
}

export const CALM: EmergencyState = {
  ...{ active: false, epoch: 0, since: null, reason: null, by: null, cause: null },
  lifts: [],
}

interface Raising {
  /** Null where a file turns it on. */
  readonly by: string | null
  readonly reason: string
  readonly cause: EmergencyCause
  readonly now: number
}

/**
 * The emergency turned on. One that is on keeps its beginning and its reason, and what was asked to lift it is taken back:
 * undefined where nothing changes.
 */
export function raise(state: EmergencyState, { by, reason, cause, now }: Raising): EmergencyState | undefined {
  if (!state.active) return { active: true, epoch: state.epoch + 1, since: now, reason, by, cause, lifts: [] }
  return state.lifts.length === 0 ? undefined : { ...state, lifts: [] }
}

interface Lifting {
  readonly by: string
  readonly now: number
  /** The people who could lift it: they may, are active, and can sign in. */
  readonly lifters: ReadonlySet<string>
  /** Whether the call came over the local socket, which only the user of the instance can open. */
  readonly isLocal: boolean
}

/** What a call to lift it comes to. */
export type Lift =
  | { readonly kind: 'asked'; readonly state: EmergencyState }
  | { readonly kind: 'lifted'; readonly state: EmergencyState; readonly first: LiftAsk; readonly alone: boolean }
  | {
      readonly kind: 'refused'
      readonly why: 'calm' | 'not_entitled' | 'same_person' | 'not_local'
    }
  | { readonly kind: 'refused'; readonly why: 'too_early'; readonly waitMs: number }

/** Two different people lift it; the only one there is does so alone, on the machine, after a wait. */
export function lift(state: EmergencyState, { by, now, lifters, isLocal }: Lifting): Lift {
  if (!state.active) return { kind: 'refused', why: 'calm' }
  if (!lifters.has(by)) return { kind: 'refused', why: 'not_entitled' }
  // Who may lift it no more does not count, and neither does who asked in the future of a clock that was set back.
  const waiting = state.lifts.filter((ask) => lifters.has(ask.by) && isWaiting(ask, now))
  const first = waiting.find((ask) => ask.by !== by)
  if (first) return { kind: 'lifted', state: lifted(state), first, alone: false }
  const own = waiting.find((ask) => ask.by === by)
  const isAlone = lifters.size === 1
  if (isAlone && !isLocal) return { kind: 'refused', why: 'not_local' }
  if (!own) return { kind: 'asked', state: { ...state, lifts: [...waiting, { by, at: now }] } }
  if (!isAlone) return { kind: 'refused', why: 'same_person' }
  const waitMs = own.at + ALONE_WAIT_MS - now
  if (waitMs > 0) return { kind: 'refused', why: 'too_early', waitMs }
  return { kind: 'lifted', state: lifted(state), first: own, alone: true }
}

/** True while the one who asked still waits for the second person. */
export const isWaiting = ({ at }: LiftAsk, now: number): boolean => at <= now && now < at + LIFT_MS

const lifted = (state: EmergencyState): EmergencyState => ({ ...state, active: false, lifts: [] })
