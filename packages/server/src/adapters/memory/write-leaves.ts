import { CascadeError, toRfc3339 } from '#base'
import { FIRST_PREV, LEAF_BYTES_MAX, leafHash, leafText, type StoredLeaf, toLeaf } from '#ledger'
import type { CascadeEvent, ChangeEntry, Command } from '#store'
import type { MemoryState } from './memory-state.ts'

export interface WriteContext {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly eventId: () => string
  /** The `source` of events: which store they come from. */
  readonly source: string
}

/** Appends a command's records to the log, its events under the last of them, and its decision behind. Throws before it changes anything. */
export function writeLeaves(state: MemoryState, command: Command, context: WriteContext): void {
  const added = toLeaves(state, command, toRfc3339(context.now))
  const last = command.records.length - 1
  const events = command.events.map((_, at) => toEvent(command, at, state.leaves.length + last, context))
  const entries = added.map(({ leaf }, at): ChangeEntry => {
    return { sequence: leaf.index, leaf, events: at === last ? events : [] }
  })
  state.leaves.push(...added)
  state.entries.push(...entries)
}

function toLeaves(state: MemoryState, { records, decision }: Command, time: string): StoredLeaf[] {
  const added: StoredLeaf[] = []
  let prev = state.leaves.at(-1)?.hash ?? FIRST_PREV
  for (const record of decision ? [...records, decision.record] : records) {
    const leaf = toLeaf(structuredClone(record), state.leaves.length + added.length, prev, time)
    const text = leafText(leaf)
    if (Buffer.byteLength(text) > LEAF_BYTES_MAX) {
      throw new CascadeError('UNPROCESSABLE', `a record is at most ${LEAF_BYTES_MAX} bytes of canonical JSON`)
    }
    prev = leafHash(text)
    added.push({ leaf, text, hash: prev })
  }
  return added
}

function toEvent({ events, grant }: Command, at: number, sequence: number, context: WriteContext): CascadeEvent {
  const { type, subject, data } = events[at]!
  return {
    specversion: '1.0',
    id: context.eventId(),
    source: context.source,
    type,
    subject,
    time: toRfc3339(context.now),
    datacontenttype: 'application/json',
    actor: grant.subject,
    correlationid: grant.correlationId,
    decisionid: grant.decisionId,
    sequence,
    data: structuredClone(data),
  }
}
