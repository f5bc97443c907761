import type { CollectionDefinition, StoredRecord } from '#store'

/** What stood against an event that was given up. */
export type DeadCause = 'delivery' | 'schema' | 'constitution' | 'trust'

/** How far a lane has come, as it is kept. */
export interface LaneRow {
  /** Sequence until which everything is settled. */
  readonly cursor: number
  /** Ids of events behind it that are settled already. */
  readonly done: readonly string[]
  /** Those that failed and are tried again. */
  readonly retrying: readonly {
    readonly id: string
    readonly attempts: number
    readonly firstAt: number
    readonly nextAt: number
    readonly reason: string | null
  }[]
}

/** An event that was given up for a sink. It names the event; what the event says stays in the log. */
export interface DeadLetter {
  readonly route: string
  readonly sink: string
  readonly event: {
    readonly id: string
    readonly type: string
    readonly sequence: number
  }
  /** What the event is about, and whose doing it was: found by these when they are erased. */
  readonly subject: string
  readonly actor: string
  readonly attempts: number
  readonly cause: DeadCause
  readonly reason: string
  /** Milliseconds since 1970, of the first try and of the last. */
  readonly firstAt: number
  readonly lastAt: number
  /** Name of the lane that delivers it again; empty where nobody asked for that. */
  readonly replaying: string
}

export type StoredLetter = StoredRecord<DeadLetter>

/** What is in force of mesh.yml, so that a start does not tell of it again. */
export interface AppliedRow {
  readonly digest: string
  /** Name of the lane → what it was made of, as a digest. */
  readonly lanes: Readonly<Record<string, string>>
}

export const LANES = 'mesh_lanes'
export const DEAD_LETTERS = 'mesh_dead_letters'
export const INBOX = 'mesh_inbox'
/** The key of `AppliedRow` in the collection of lanes; no lane is called so. */
export const APPLIED_KEY = '=applied'

export const MESH_COLLECTIONS = [
  { name: LANES, indexes: [] },
  { name: DEAD_LETTERS, indexes: ['route', 'subject', 'actor', 'replaying'] },
  { name: INBOX, indexes: [] },
] as const satisfies readonly CollectionDefinition[]

/** Letters of a reason that are kept. */
export const DEAD_REASON_LENGTH_MAX = 500

/** `<route>/<sink>`: one sink of one route, which goes its own way. */
export const laneName = (route: string, sink: string): string => `${route}/${sink}`

/** Ids of events grow, so that dead letters are listed in the order of their events. */
export const letterKey = (eventId: string, route: string, sink: string): string => `${eventId}.${route}.${sink}`
