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

/** How much of it is read at once. */
export interface PageBounds {
  readonly limit: number
  /** What others published, in bytes: with the event that reaches it, it is enough. */
  readonly bytes: number
}

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

  /** What is behind a position, oldest first, within bounds; what may not be seen is passed over. */
  async read(
    reader: EventReader,
    filter: EventFilter,
    after: EventPosition,
    { limit, bytes }: PageBounds,
  ): Promise<EventsPage> {
    const isWanted = compileFilter(filter)
    const items: PlacedEvent[] = []
    let [next, read] = [after, 0]
    for (let looked = 0; looked < RECORDS_PER_PAGE_MAX && items.length < limit && read < bytes; ) {
      const batch = await this.#batch(reader, isWanted, next)
      if (batch.records === 0) return { items, next, more: false }
      looked += batch.records
      next = { sequence: batch.last }
      for (const { event, at } of batch.items) {
        if (items.length === limit || read >= bytes) break
        // One after the other: what is read for one reader keeps none of the others waiting.
        const whole = await withPayload(this.#parts.context.store.records, event)
        if (whole !== event) read += Buffer.byteLength(JSON.stringify(whole.data))
        items.push({ position: formatPosition(at), event: whole })
        if (items.length === limit || read >= bytes) next = at
      }
    }
    return { items, next, more: next.index !== undefined || next.sequence < this.head() }
  }

  async #batch(reader: EventReader, isWanted: (event: CascadeEvent) => boolean, { sequence, index }: EventPosition) {
    const { store } = this.#parts.context
    const entries = await store.changesSince(index === undefined ? sequence : sequence - 1, RECORDS_PER_READ)
    const wanted = entries.flatMap(({ sequence: at, events }) =>
      events
        .map((event, place) => ({ event: asTold(event), at: { sequence: at, index: place } }))
        .filter(({ event, at: { index: place } }) => isBehind(at, place, { sequence, index }) && isWanted(event)),
    )
    const seen = await seenEvents(
      this.#parts,
      reader,
      wanted.map(({ event }) => event),
    )
    const byId = new Map(seen.map((event) => [event.id, event]))
    const items = wanted.flatMap(({ event: { id }, at }) => {
      const event = byId.get(id)
      return event ? [{ event, at }] : []
    })
    return { items, records: entries.length, last: entries.at(-1)?.sequence ?? sequence }
  }
}

const isBehind = (sequence: number, index: number, after: { sequence: number; index: number | undefined }): boolean =>
  sequence > after.sequence || (after.index !== undefined && index > after.index)

function compileFilter({ type, subject, actor }: EventFilter): (event: CascadeEvent) => boolean {
  const patterns = type?.map(compileTypePattern)
  return (event) =>
    (patterns === undefined || patterns.some((matches) => matches(event.type))) &&
    (subject === undefined || event.subject === subject) &&
    (actor === undefined || event.actor === actor)
}
