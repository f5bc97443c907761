import type { Clock } from '#base'
import type { Grant } from '#store'
import type { EventCarrier } from './event-carrier.ts'
import type { EventValidator } from './event-validators.ts'
import type { MeshStore } from './lane-store.ts'
import type { MeshRoute } from './mesh-config.ts'
import type { MeshSink } from './mesh-sink.ts'

/** What lanes of a mesh share. */
export interface LaneParts {
  readonly store: MeshStore
  readonly carrier: EventCarrier
  readonly clock: Clock
  /** From 0 to below 1. */
  readonly chance: () => number
  /** A command id: 32 hex digits. */
  readonly commandId: () => string
  /** The gate's word for a route: asked before anything is done. @throws CascadeError where it refuses. */
  readonly authorise: (route: string) => Promise<Grant>
  readonly count: (what: 'delivered' | 'retried' | 'dead', lane: string) => void
  readonly onTrouble: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

export interface LaneOptions extends LaneParts {
  readonly route: MeshRoute
  readonly sink: MeshSink
  /** Who looks at events first; undefined while they are not up: then nothing goes out. */
  readonly validators: () => readonly EventValidator[] | undefined
}

/** How a lane stands. */
export interface LaneStatus {
  readonly route: string
  readonly sink: string
  readonly kind: string
  readonly state: 'delivering' | 'paused' | 'waiting'
  /** Why it waits, or what was wrong last; null where nothing is. */
  readonly reason: string | null
  readonly cursor: number
  /** Entries of the log that it has not looked at or has not settled. */
  readonly lag: number
  readonly unsettled: number
  readonly retrying: number
  readonly delivered: number
}
