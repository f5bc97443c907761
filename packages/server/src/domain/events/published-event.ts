import { PUBLISHED_COLLECTION } from '#capsules'
import type { CascadeEvent, Records } from '#store'

/** What was published, beside the log, which has a digest of it alone. */
export interface PublishedRow {
  readonly type: string
  /** Subject id of who published it. */
  readonly actor: string
  /** The capsule that it is about; empty for none. */
  readonly capsule: string
  readonly payload: unknown
  /** Of the digest in the log; hex. */
  readonly digestKey: string
}

/** True of what somebody published, and of nothing that this instance tells of itself. */
export const isPublished = ({ type }: Pick<CascadeEvent, 'type'>): boolean => !type.startsWith('cascade.')

/** Stands in the data of an event that a system brought in which names nobody. */
export const LEGACY_MARK = 'legacy'
/** Source and actor of such events. Source: chapter 03, trigger mesh. */
const LEGACY = { source: 'legacy', actor: 'system' } as const

/** The event as it is told: who brought in what a system said stands in the log, and is not who acted. */
export function asTold(event: CascadeEvent): CascadeEvent {
  if (!isPublished(event) || event.data[LEGACY_MARK] !== true) return event
  const { [LEGACY_MARK]: _, ...data } = event.data
  return { ...event, ...LEGACY, data }
}

/** The event with what it says, as long as that is kept; other events as they are. */
export async function withPayload(records: Records, event: CascadeEvent): Promise<CascadeEvent> {
  const { id } = event.data
  if (!isPublished(event) || typeof id !== 'string') return event
  const row = await records.find<PublishedRow>(PUBLISHED_COLLECTION.name, id)
  return row === undefined ? event : { ...event, data: { ...event.data, payload: row.value.payload } }
}
