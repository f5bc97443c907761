import { canonicalJson, inTurn, sha256Hex } from '#base'
import { type Grant, toRecord } from '#store'
import { DeadLetters } from './dead-letters.ts'
import type { EventValidator } from './event-validators.ts'
import { type EventConsumer, openInbox } from './inbox.ts'
import { Lane } from './lane.ts'
import type { LaneParts, LaneStatus } from './lane-parts.ts'
import { appendOne } from './lane-store.ts'
import { type MeshConfig, type MeshRoute, NO_ROUTES, type SinkRow } from './mesh-config.ts'
import { APPLIED_KEY, type AppliedRow, LANES, type LaneRow, laneName } from './mesh-rows.ts'
import type { MeshSink, SinkKinds } from './mesh-sink.ts'

export interface MeshOptions extends LaneParts {
  readonly kinds: SinkKinds
  /** Parts of the instance that act on events. */
  readonly consumers?: readonly EventConsumer[]
  /** The gate's word for other routes. @throws CascadeError where it refuses. */
  readonly authoriseRoutes: () => Grant
}

/** How the mesh stands. */
export interface MeshFacts {
  /** Whether there is a file with routes. */
  readonly found: boolean
  /** Of the text whose routes are in force. */
  readonly digest: string
  /** What is wrong with the file as it is now. */
  readonly problem: string | null
  readonly validators: boolean
  readonly lanes: readonly LaneStatus[]
}

/** The routes of an instance: each sink of each goes its own way. */
export class Mesh implements AsyncDisposable {
  readonly letters: DeadLetters
  readonly #options: MeshOptions
  #internal: readonly Lane[] = []
  readonly #lanes = new Map<string, Lane>()
  #config = NO_ROUTES
  #validators: readonly EventValidator[] | undefined
  #isClosed = false

  constructor(options: MeshOptions) {
    this.#options = options
    this.letters = new DeadLetters(options.store)
    this.#internal = (options.consumers ?? []).map((consumer) => this.#consumerLane(consumer))
  }

  /** What is in force. */
  get config(): MeshConfig {
    return this.#config
  }

  /** Whether events may go to the outside. */
  get isArmed(): boolean {
    return this.#validators !== undefined
  }

  /** From here on events go to the outside, past these. */
  arm(validators: readonly EventValidator[]): void {
    this.#validators = validators
  }

  /**
   * Puts routes in force. Those that stay as they are go on untouched; changed ones go on from where they are; new ones begin
   * where their `from` says; of those that went, their place is forgotten and their dead letters stay.
   *
   * @throws CascadeError what the gate or the store refuses it with; the routes before it stay in force.
   */
  apply(config: MeshConfig): Promise<void> {
    return inTurn(this, 'apply', () => this.#apply(config))
  }

  /** Whether routes are on record as being in force, in this process or in one before it. */
  async hasRoutes(): Promise<boolean> {
    const found = await this.#options.store.records.find<AppliedRow>(LANES, APPLIED_KEY)
    return Object.keys(found?.value.lanes ?? {}).length > 0
  }

  /** Goes on with what there is to do, until `signal` aborts. Never waits. */
  tick(signal: AbortSignal): void {
    for (const lane of [...this.#internal, ...this.#lanes.values()]) lane.tick(signal)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#internal, ...this.#lanes.values()].map((lane) => lane.settled()))
  }

  /** Has lanes deliver their dead letters that wait for that. */
  replay(lanes: ReadonlySet<string>): void {
    for (const [name, lane] of this.#lanes) if (lanes.has(name)) lane.replay()
    for (const lane of this.#internal) if (lanes.has(lane.name)) lane.replay()
  }

  status(): readonly LaneStatus[] {
    return [...this.#internal, ...this.#lanes.values()].map((lane) => lane.status())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    const lanes = [...this.#internal, ...this.#lanes.values()]
    await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()))
  }

  async #apply(config: MeshConfig): Promise<void> {
    const wanted = new Map(config.routes.flatMap((route) => route.sinks.map((sink) => rowOf(route, sink))))
    const running = this.#config
    const previous = new Map(running.routes.flatMap((route) => route.sinks.map((sink) => rowOf(route, sink))))
    const stays = (name: string) => this.#lanes.has(name) && wanted.get(name)?.digest === previous.get(name)?.digest
    const begins = [...wanted].filter(([name]) => !stays(name))
    // Before anything is written: what cannot be opened leaves all as it is.
    const sinks = await this.#openSinks(begins)
    try {
      const found = await this.#options.store.records.find<AppliedRow>(LANES, APPLIED_KEY)
      if (found?.value.digest !== config.digest && (found || wanted.size > 0))
        await this.#write(config, wanted, found?.value.lanes ?? {}, found?.revision ?? 0)
    } catch (error) {
      await closeAll(sinks.values())
      throw error
    }
    this.#config = config
    for (const [name, lane] of this.#lanes)
      if (wanted.get(name)?.digest !== previous.get(name)?.digest) {
        this.#lanes.delete(name)
        await lane[Symbol.asyncDispose]()
      }
    if (this.#isClosed) return closeAll(sinks.values())
    for (const [name, { route }] of begins) this.#lanes.set(name, this.#lane(route, sinks.get(name)!))
  }

  /** @throws CascadeError CONFIG_INVALID for options that can never work; then none is open. */
  async #openSinks(lanes: readonly (readonly [string, WantedLane])[]): Promise<ReadonlyMap<string, MeshSink>> {
    const sinks = new Map<string, MeshSink>()
    try {
      for (const [name, { route, sink }] of lanes) sinks.set(name, this.#sink(route, sink))
    } catch (error) {
      await closeAll(sinks.values())
      throw error
    }
    return sinks
  }

  /** Where new lanes begin is on record with the routes, so that nothing is missed between. */
  async #write(
    { digest, routes }: MeshConfig,
    wanted: ReadonlyMap<string, WantedLane>,
    before: AppliedRow['lanes'],
    revision: number,
  ): Promise<void> {
    const { store, carrier, commandId, authoriseRoutes } = this.#options
    const { records } = store
    const grant = authoriseRoutes()
    const added = [...wanted.keys()].filter((name) => before[name] === undefined)
    const changed = [...wanted].flatMap(([name, one]) => (before[name] && before[name] !== one.digest ? [name] : []))
    const removed = Object.keys(before).filter((name) => !wanted.has(name))
    // A lane that runs writes its own row: it ends before that goes.
    for (const name of removed) {
      await this.#lanes.get(name)?.[Symbol.asyncDispose]()
      this.#lanes.delete(name)
    }
    const lanes = Object.fromEntries([...wanted].map(([name, one]) => [name, one.digest]))
    const start = ({ route }: WantedLane): LaneRow => ({
      ...{ cursor: route.from === 'beginning' ? -1 : carrier.head(), done: [], retrying: [] },
    })
    const payload = { digest, added, changed, removed }
    await appendOne(store, {
      id: commandId(),
      grant,
      changes: [
        records.put(grant, LANES, APPLIED_KEY, { digest, lanes } satisfies AppliedRow, { expectedRevision: revision }),
        ...[...wanted]
          .filter(([name]) => added.includes(name))
          .map(([name, one]) => records.put(grant, LANES, name, start(one))),
        ...removed.map((name) => records.delete(grant, LANES, name)),
      ],
      records: [toRecord(grant, 'mesh.applied', 'system/mesh', payload, {})],
      events: [
        {
          type: 'cascade.mesh.applied',
          subject: 'system/mesh',
          data: { id: 'mesh', routes: routes.length, ...payload },
        },
      ],
    })
  }

  #lane(route: MeshRoute, sink: MeshSink): Lane {
    return new Lane({ ...this.#options, route, sink, validators: () => this.#validators })
  }

  #sink({ name }: MeshRoute, { kind, ...row }: SinkRow): MeshSink {
    const known = this.#options.kinds.get(kind)
    if (known === undefined) throw new Error(`no kind of sink is called ${kind}`)
    return known.open({ ...row, route: name })
  }

  #consumerLane(consumer: EventConsumer): Lane {
    const { store, clock } = this.#options
    const route: MeshRoute = { ...INTERNAL, name: `=${consumer.name}`, match: consumer.match }
    return new Lane({ ...this.#options, route, sink: openInbox(consumer, store, clock), validators: () => [] })
  }
}

async function closeAll(sinks: Iterable<MeshSink>): Promise<void> {
  for (const sink of sinks) await sink[Symbol.asyncDispose]?.()
}

/** What is the same for all routes inside the instance: they begin at the first event, and nobody outside hears of them. */
const INTERNAL: Omit<MeshRoute, 'name' | 'match'> = {
  ...{ filter: undefined, sinks: [], order: 'subject', minTrust: 0, from: 'beginning', paused: false },
  retry: { attempts: 8, firstMs: 250, lastMs: 60_000, timeoutMs: 30_000 },
}

interface WantedLane {
  readonly route: MeshRoute
  readonly sink: SinkRow
  readonly digest: string
}

/** A lane as it is wanted, under its name; the digest tells whether it is the same as before. */
function rowOf(route: MeshRoute, sink: SinkRow): readonly [string, WantedLane] {
  const { sinks: _others, filter = null, ...rest } = route
  const digest = sha256Hex(canonicalJson({ ...rest, filter, sink }))
  return [laneName(route.name, sink.name), { route, sink, digest }]
}
