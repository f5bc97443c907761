import { EVENT_LIMITS, PUBLISHED_DAYS } from '@forge-cascade/contract'
import { CascadeError, canonicalJson, saltedDigest } from '#base'
import { type Call, type CapsuleContext, getCapsule, PUBLISHED_COLLECTION, seenBy } from '#capsules'
import { toRecord } from '#store'
import type { EventPosition } from './event-position.ts'
import { LEGACY_MARK, type PublishedRow } from './published-event.ts'

export interface Publication {
  readonly type: string
  readonly payload: unknown
  readonly capsule?: string | undefined
  /** Brought in from a system that names nobody. */
  readonly legacy?: boolean | undefined
}

const KEY_BYTES = 32
const DAY_MS = 86_400_000

/**
 * Publishes an event: record, row and event are one command, so that the same key twice is one event.
 *
 * @throws CascadeError PAYLOAD_TOO_LARGE; NOT_FOUND and ERASED for a capsule that whoever publishes may not read.
 */
export async function publishEvent(
  context: CapsuleContext,
  { grant, subject, command }: Call<'event.publish'>,
  { type, payload, capsule, legacy }: Publication,
): Promise<{ readonly id: string; readonly type: string; readonly position: EventPosition }> {
  const text = canonicalJson(payload)
  const bytes = Buffer.byteLength(text)
  if (bytes > EVENT_LIMITS.payloadBytesMax)
    throw new CascadeError(
      'PAYLOAD_TOO_LARGE',
      `The payload has ${bytes} bytes of at most ${EVENT_LIMITS.payloadBytesMax}: send where it lies instead.`,
    )
  if (capsule !== undefined) await getCapsule(await seenBy(context, subject), capsule)
  const { store, clock, random } = context
  const id = idOf(command.id)
  const key = random(new Uint8Array(KEY_BYTES))
  const row: PublishedRow = {
    ...{ type, actor: subject.id, capsule: capsule ?? '', payload },
    digestKey: Buffer.from(key).toString('hex'),
  }
  const expiresAt = clock() + PUBLISHED_DAYS * DAY_MS
  const about = capsule === undefined ? `event/${id}` : `capsule/${capsule}`
  const digests = { payload: saltedDigest(key, text) }
  const [outcome] = await store.append([
    {
      ...command,
      grant,
      changes: [store.records.put(grant, PUBLISHED_COLLECTION.name, id, row, { expiresAt })],
      records: [toRecord(grant, 'event.published', `event/${id}`, { type, capsule: capsule ?? null }, digests)],
      events: [{ type, subject: about, data: legacy ? { id, [LEGACY_MARK]: true } : { id } }],
    },
  ])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to an event.')
  // The decision that it rests on may come behind it as the last record of the command.
  const [first] = await store.changesSince(outcome.receipt.sequence - 2, 1)
  const isFirst = first?.events.some(({ data }) => data.id === id) === true
  return { id, type, position: { sequence: outcome.receipt.sequence - (isFirst ? 1 : 0), index: 0 } }
}

/** The command's 128 bits as an id, so that a repetition names the same event. */
const idOf = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
