import { CascadeError, createUuidV7, type Random, systemRandom, toRfc3339 } from '#base'
import { FIRST_PREV, LEAF_BYTES_MAX, leafHash } from '#ledger'
import type { EventDraft } from '#store'
import type { Database } from './database.ts'
import { timeOrderedKey } from './hash-key.ts'
import { writeLeafText } from './leaf-text.ts'
import type { Names } from './names.ts'
import type { WritableCommand, WritableEvent, WritableRecord } from './packed-commands.ts'

/** The newest leaf: what the next one follows from. */
export interface LedgerTail {
  /** -1 while there is none. */
  readonly index: number
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly time: number
}

/**
 * An event as it stands beside its leaf; the rest of the CloudEvent follows from the leaf. A member that the leaf has as
 * well is 0 here: a log of millions of entries need not say everything twice.
 */
export type StoredEvent = readonly [...EventHead, data: EventDraft['data']]

type EventHead = readonly [
  id: string,
  type: string | 0,
  subject: string | 0,
  decisionId: string,
  actor: string | 0,
  correlationId: string | 0,
]

/** What the type of most events adds to that of their record. */
export const EVENT_PREFIX = 'cascade.'

const INSERT_LEAF =
  'INSERT INTO leaves (sequence, text, hash, category, type, actor, subject, correlation, events) VALUES (?, ?, unhex(?), ?, ?, ?, ?, ?, ?)'

/** Writes leaves: dense indexes in commit order, each naming the hash of the one before. */
export class LeafWriter {
  readonly #database: Database
  readonly #names: Names
  readonly #eventId: () => string
  #tail: LedgerTail
  #eventMs = 0
  /** The time of the leaves that come, as they spell it: a whole transaction has one. */
  #time = { ms: 0, text: toRfc3339(0) }

  constructor(database: Database, names: Names) {
    this.#database = database
    this.#names = names
    this.#tail = readTail(database)
    this.#eventId = createUuidV7(() => this.#eventMs, pooled(systemRandom))
  }

  get tail(): LedgerTail {
    return this.#tail
  }

  mark(): LedgerTail {
    return this.#tail
  }

  rollbackTo(mark: LedgerTail): void {
    this.#tail = mark
  }

  /** The time of a command whose leaves come next: now, unless the clock went backwards. */
  timeOf(now: number): number {
    return Math.max(now, this.#tail.time)
  }

  /** Writes the records of a command with its events under them. @throws CascadeError UNPROCESSABLE when one is too large. */
  write(command: WritableCommand, time: number): void {
    this.#eventMs = time
    if (this.#time.ms !== time) this.#time = { ms: time, text: toRfc3339(time) }
    for (const [position, record] of command.records.entries()) {
      this.#writeLeaf(record, this.#eventsOf(command, position))
    }
    if (command.decision) this.#writeLeaf(command.decision.record, null)
  }

  /** @param events JSON of stored events; null for none. */
  #writeLeaf(record: WritableRecord, events: string | null): void {
    const index = this.#tail.index + 1
    const text = writeLeafText(record, index, this.#tail.hash, this.#time.text)
    if (text.length > LEAF_BYTES_MAX / 3 && Buffer.byteLength(text) > LEAF_BYTES_MAX) {
      throw new CascadeError('UNPROCESSABLE', `a record holds at most ${LEAF_BYTES_MAX} bytes of canonical JSON`)
    }
    const hash = leafHash(text)
    this.#database.run(
      INSERT_LEAF,
      index,
      text,
      hash,
      this.#names.intern(record.category),
      this.#names.intern(record.type),
      this.#names.intern(record.actor),
      timeOrderedKey(record.subject),
      timeOrderedKey(record.correlationId),
      events,
    )
    this.#tail = { index, hash, time: this.#time.ms }
  }

  /** The n-th event stands under the n-th record when there are as many; otherwise all stand under the last one. */
  #eventsOf({ records, events, grant }: WritableCommand, position: number): string | null {
    const own =
      events.length === records.length
        ? events.slice(position, position + 1)
        : position === records.length - 1
          ? events
          : []
    if (own.length === 0) return null
    const record = records[position]!
    return `[${own.map((event) => this.#eventText(event, record, grant)).join(',')}]`
  }

  /** JSON of a `StoredEvent`, around data that may be JSON already. */
  #eventText({ type, subject, data }: WritableEvent, record: WritableRecord, grant: WritableCommand['grant']): string {
    const head: EventHead = [
      this.#eventId(),
      type === EVENT_PREFIX + record.type ? 0 : type,
      subject === record.subject ? 0 : subject,
      grant.decisionId,
      grant.subject === record.actor ? 0 : grant.subject,
      grant.correlationId === record.correlationId ? 0 : grant.correlationId,
    ]
    return `${JSON.stringify(head).slice(0, -1)},${typeof data === 'string' ? data : JSON.stringify(data)}]`
  }
}

function readTail(database: Database): LedgerTail {
  const row = database.get<{ sequence: number; hash: Uint8Array; time: string }>(
    "SELECT sequence, hash, text ->> '$.time' AS time FROM leaves ORDER BY sequence DESC LIMIT 1",
  )
  if (!row) return { index: -1, hash: FIRST_PREV, time: 0 }
  return { index: row.sequence, hash: Buffer.from(row.hash).toString('hex'), time: Date.parse(row.time) }
}

const POOL_BYTES = 8192

/** Asks for random bytes in bulk: each call to the system costs as much as writing the leaf. */
function pooled(random: Random): Random {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  return (into) => {
    if (into.length > POOL_BYTES) return random(into)
    if (used + into.length > POOL_BYTES) {
      random(pool)
      used = 0
    }
    into.set(pool.subarray(used, used + into.length))
    used += into.length
    return into
  }
}
