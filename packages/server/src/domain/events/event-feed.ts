import type { CapsuleContext } from '#capsules'
import type { Gate } from '#governance'
import { compileTypePattern } from '#mesh'
import type { CascadeEvent } from '#store'
import { type EventPosition, formatPosition } from './event-position.ts'
import { type EventReader, seenEvents } from './event-sight.ts'
import { asTold, withPayload } from './published-event.ts'

export type { EventReader }

/** Which events are wanted; all where nothing is said. */
export interface EventFilter {
  /** Patterns, of which one has to fit. */
  readonly type?: readonly string[] | undefined
  readonly subject?: string | undefined
  /** Subject id of who acted. */
  readonly actor?: string | undefined
}

/** An event and the position behind it. */
export interface PlacedEvent {
  readonly position: string
  readonly event: CascadeEvent
}

export interface EventsPage {
  readonly items: readonly PlacedEvent[]
  /** Behind everything that was looked at, told or not. */
  readonly next: EventPosition
  /** Whether something is behind it already. */
  readonly more: boolean
}

/** Records read at once. */
const RECORDS_PER_READ = 500
/** Records looked at for one page: what is wanted may be rare. */
const RECORDS_PER_PAGE_MAX = 10_000

interface FeedParts {
  readonly context: CapsuleContext
  readonly gate: Pick<Gate, 'preview'>
}

/** The outbox as a reader may see it. */
export class EventFeed {
  readonly #parts: FeedParts & { readonly newId: () => string }

  constructor(parts: FeedParts) {
    this.#parts = { ...parts, newId: parts.context.newId }
  }

  /** Sequence of the newest record. */
  head(): number {
    return this.#parts.context.store.head()
  }

  /** What is behind a position, oldest first, at most `limit`; what may not be seen is passed over. */
  async read(reader: EventReader, filter: EventFilter, after: EventPosition, limit: number): Promise<EventsPage> {
    const items: PlacedEvent[] = []
    let next = after
    for (let looked = 0; looked < RECORDS_PER_PAGE_MAX && items.length < limit; ) {
      const batch = await this.#batch(reader, filter, next)
      if (batch.records === 0) return { items, next, more: false }
      looked += batch.records
      const taken = batch.items.slice(0, limit - items.length)
      items.push(...taken.map(({ event, at }) => ({ position: formatPosition(at), event })))
      next = taken.length < batch.items.length ? taken.at(-1)!.at : { sequence: batch.last } // it took at least one
    }
    return { items, next, more: next.index !== undefined || next.sequence < this.head() }
  }

  async #batch(reader: EventReader, filter: EventFilter, { sequence, index }: EventPosition) {
    const { store } = this.#parts.context
    const entries = await store.changesSince(index === undefined ? sequence : sequence - 1, RECORDS_PER_READ)
    const wanted = entries.flatMap(({ sequence: at, events }) =>
      events
        .map((event, place) => ({ event: asTold(event), at: { sequence: at, index: place } }))
        .filter(({ event, at: { index: place } }) => isBehind(at, place, { sequence, index }) && fits(event, filter)),
    )
    const seen = await seenEvents(
      this.#parts,
      reader,
      wanted.map(({ event }) => event),
    )
    const byId = new Map(seen.map((event) => [event.id, event]))
    const items = await Promise.all(
      wanted.flatMap(({ event: { id }, at }) => {
        const event = byId.get(id)
        return event ? [withPayload(store.records, event).then((whole) => ({ event: whole, at }))] : []
      }),
    )
    return { items, records: entries.length, last: entries.at(-1)?.sequence ?? sequence }
  }
}

const isBehind = (sequence: number, index: number, after: { sequence: number; index: number | undefined }): boolean =>
  sequence > after.sequence || (after.index !== undefined && index > after.index)

const fits = (event: CascadeEvent, { type, subject, actor }: EventFilter): boolean =>
  (type === undefined || type.some((pattern) => compileTypePattern(pattern)(event.type))) &&
  (subject === undefined || event.subject === subject) &&
  (actor === undefined || event.actor === actor)
