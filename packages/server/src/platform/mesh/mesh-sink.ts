import type { z } from 'zod'
import type { CascadeEvent } from '#store'

/** One try to hand an event to a sink. The same event may come again: a sink tells repetitions by `event.id`. */
export interface MeshDelivery {
  readonly event: CascadeEvent
  /** Counts from 1 for each event, and anew when it is replayed. */
  readonly attempt: number
  /** Aborts when the instance ends, an emergency is on, the route is changed, or the time for one try is over. */
  readonly signal: AbortSignal
}

/**
 * Where the events of a route go. `deliver` resolves when the other side has the event for good; a failure is thrown as a
 * `DeliveryFailure`, and whatever else is thrown counts as `retryable`.
 */
export interface MeshSink extends Partial<AsyncDisposable> {
  readonly kind: string
  /** Unique within its route. */
  readonly name: string
  deliver(delivery: MeshDelivery): Promise<void>
}

/**
 * What a failed delivery calls for: `retryable` is tried again with back-off, `permanent` becomes a dead letter at once, `slow
 * down` makes the whole sink wait, and is no attempt that counts.
 */
export type FailureKind = 'retryable' | 'permanent' | 'slow down'

/** Why a sink did not take an event; the message is shown with the dead letter, so it says nothing that is secret. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure'
  readonly kind: FailureKind
  /** Of `slow down`: how long the sink wants no event, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    kind: FailureKind,
    message: string,
    { cause, retryAfterMs }: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(message, { cause })
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }
}

/** What stands against a sink; a `warning` where it may be otherwise on the machine of the instance. */
export interface SinkRemark {
  readonly severity: 'problem' | 'warning'
  /** The option. */
  readonly option: string
  readonly message: string
}

/** What a sink is opened with, beside its own options. */
export interface SinkOpening<O> {
  readonly name: string
  readonly route: string
  readonly options: O
}

/**
 * A kind of sink, registered once: its word in `kind` of mesh.yml, the schema of the options that stand beside `kind` and `name`,
 * and how one is opened. A kind that is registered can be named in mesh.yml and is linted by its schema.
 */
export interface SinkKind<S extends z.ZodObject = z.ZodObject> {
  readonly kind: string
  readonly options: S
  open(opening: SinkOpening<z.output<S>>): MeshSink
  /** What would keep a sink of these options from its work, as far as that can be seen without sending anything. */
  look?(options: z.output<S>): readonly SinkRemark[]
}

/** The kinds that mesh.yml may name, by `kind`. */
export type SinkKinds = ReadonlyMap<string, SinkKind>

/** @throws Error when two kinds share a word. */
export function registerSinkKinds(kinds: readonly SinkKind[]): SinkKinds {
  const byKind = new Map(kinds.map((kind) => [kind.kind, kind]))
  if (byKind.size !== kinds.length) throw new Error('two kinds of sinks have the same name')
  return byKind
}
