import type { CascadeEvent } from '#store'

/** Events in the order of commits, and how far they reach. */
export interface CarriedPage {
  readonly events: readonly CascadeEvent[]
  /** Everything up to this sequence is in this page or the ones before; what is read next stands after it. */
  readonly upTo: number
}

/**
 * What brings events from the outbox to the routes. Order of commits, nothing left out, the same answer each time it is asked;
 * a carrier may be emptied, because the truth is in the outbox. In one process it is the outbox itself.
 */
export interface EventCarrier {
  readonly name: string
  /** Sequence of the newest entry, -1 where there is none. Never waits: it is asked often. */
  head(): number
  /** At most `limit` entries of the log after `sequence`, with the events that stand under them. */
  read(sequence: number, limit: number): Promise<CarriedPage>
}
