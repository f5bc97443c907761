import { CascadeError, type Clock, isCascadeError, sha256Hex } from '#base'
import type { CascadeEvent, Command, Grant } from '#store'
import type { MeshStore } from './lane-store.ts'
import { INBOX } from './mesh-rows.ts'
import { DeliveryFailure, type MeshSink } from './mesh-sink.ts'

/** What a consumer does about an event: it is written with the note that it was, so it is done once. */
export type ConsumerEffect = Pick<Command, 'changes' | 'records' | 'events'>

/** A part of the instance that acts on events, by a name that stays. */
export interface EventConsumer {
  readonly name: string
  /** Patterns of types. */
  readonly match: readonly string[]
  /** The gate's word for the effect. @throws CascadeError where it refuses. */
  readonly grant: () => Grant
  /** What is to be done; undefined where nothing is. It writes nothing by itself, and may be asked again. */
  consume(event: CascadeEvent, grant: Grant): Promise<ConsumerEffect | undefined>
}

/** How long it is known that a consumer has seen an event, in milliseconds; a replay that comes later acts again. */
export const INBOX_MS = 30 * 24 * 60 * 60 * 1000

/** A consumer as a sink: its effect and "seen" stand in one transaction, so however often an event comes it acts once. */
export function openInbox(consumer: EventConsumer, store: MeshStore, clock: Clock): MeshSink {
  const hasSeen = async (key: string) => (await store.records.find(INBOX, key)) !== undefined
  return {
    kind: 'inbox',
    name: 'inbox',
    async deliver({ event }) {
      const key = `${consumer.name}.${event.id}`
      if (await hasSeen(key)) return
      const grant = consumer.grant()
      const effect = await consumer.consume(event, grant)
      if (effect === undefined) return
      const expiresAt = clock() + INBOX_MS
      const seen = store.records.put(grant, INBOX, key, {}, { expectedRevision: 0, expiresAt })
      // The same id each time: what got through without an answer is not done again either.
      const id = sha256Hex(`inbox ${key}`).slice(0, 32)
      const [outcome] = await store.append([{ id, grant, ...effect, changes: [...effect.changes, seen] }])
      if (outcome?.ok || (await hasSeen(key))) return
      throw asFailure(outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a consumer.'))
    },
  }
}

/** What the rules of the store refuse is refused again; all else may pass. */
function asFailure(error: CascadeError): DeliveryFailure {
  const isLasting = isCascadeError(error) && LASTING.has(error.code)
  return new DeliveryFailure(isLasting ? 'permanent' : 'retryable', error.message, { cause: error })
}

const LASTING: ReadonlySet<string> = new Set(['UNPROCESSABLE', 'FORBIDDEN', 'LINEAGE_CYCLE'])
