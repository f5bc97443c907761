import type { Action } from '@forge-cascade/contract'
import { z } from 'zod'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import { openOutboxCarrier } from '../../adapters/carriers/outbox-carrier.ts'
import { openMemoryStore } from '../../adapters/memory/memory-store.ts'
import { type CascadeEvent, COMMANDS_PER_APPEND_MAX, type EventDraft } from '../store/index.ts'
import { commandId, commandOf, createTestClock, eventOf, grantOf, receiptOf } from '../store/testing.ts'
import type { EventValidator } from './event-validators.ts'
import type { EventConsumer } from './inbox.ts'
import { Mesh } from './mesh.ts'
import type { MeshRoute } from './mesh-config.ts'
import { MESH_COLLECTIONS } from './mesh-rows.ts'
import { type MeshDelivery, registerSinkKinds, type SinkKind } from './mesh-sink.ts'

export type Behaviour = (delivery: MeshDelivery) => Promise<void> | void

/** A kind whose sinks do what a test says. */
export const boxKind = (deliver: (delivery: MeshDelivery, box: string) => Promise<void>): SinkKind => ({
  kind: 'box',
  options: z.strictObject({}),
  open: ({ name, route }) => ({ kind: 'box', name, deliver: (delivery) => deliver(delivery, route) }),
})

/** A kind whose sinks can never be opened. */
const brokenKind: SinkKind = {
  kind: 'broken',
  options: z.strictObject({}),
  open: () => {
    throw new CascadeError('CONFIG_INVALID', 'The key is not there.')
  },
}

export interface RouteFields extends Omit<Partial<MeshRoute>, 'retry'> {
  readonly retry?: Partial<MeshRoute['retry']>
}

/** A route to a box that hears everything and fails fast. */
export const routeOf = ({ retry, ...fields }: RouteFields): MeshRoute => ({
  ...{
    name: 'all',
    match: ['cascade.test.*'],
    filter: undefined,
    order: 'subject',
    minTrust: 40,
    from: 'now',
    paused: false,
  },
  sinks: [{ kind: 'box', name: 'box', options: {} }],
  retry: { attempts: 5, firstMs: 100, lastMs: 1000, timeoutMs: 5000, ...retry },
  ...fields,
})

export interface MeshTestOptions {
  readonly isArmed?: boolean
  readonly validators?: readonly EventValidator[]
  readonly consumers?: readonly EventConsumer[]
  readonly collections?: readonly { readonly name: string; readonly indexes: readonly string[] }[]
}

/** A mesh over a store in memory, with a clock of its own and a box as sink. */
export async function openMesh(routes: readonly MeshRoute[], options: MeshTestOptions = {}) {
  const { isArmed = true, validators = [], consumers = [], collections = [] } = options
  const { clock, advance } = createTestClock()
  const store = openMemoryStore({ collections: [...MESH_COLLECTIONS, ...collections], clock })
  const delivered: CascadeEvent[] = []
  const tried: CascadeEvent[] = []
  let behaviour: Behaviour = () => undefined
  const kinds = registerSinkKinds([
    boxKind(async (delivery) => {
      tried.push(delivery.event)
      await behaviour(delivery)
      delivered.push(delivery.event)
    }),
    brokenKind,
  ])
  const newId = createUuidV7(clock, systemRandom)
  const trouble: string[] = []
  const counts: Record<string, number> = { delivered: 0, retried: 0, dead: 0 }
  const lines = { reach: 'lines' } as const
  const open = () =>
    new Mesh({
      ...{ store, carrier: openOutboxCarrier(store), clock, chance: () => 0.5, commandId, kinds, consumers },
      authorise: async (route) => grantOf('mesh.deliver', { ...lines, resource: `mesh/${route}` }),
      authoriseRoutes: () => grantOf('mesh.apply'),
      count: (what) => {
        counts[what] = (counts[what] ?? 0) + 1
      },
      onTrouble: (message, fields) => void trouble.push(`${message} ${JSON.stringify(fields)}`),
    })
  let mesh = open()
  let applied = routes
  let made = 0
  const apply = async (wanted: readonly MeshRoute[]) => {
    applied = wanted
    made++
    await mesh.apply({ digest: made.toString(16).padStart(64, '0'), routes: wanted })
  }
  if (isArmed) mesh.arm(validators)
  await apply(routes)
  const signal = new AbortController().signal
  const close = async () => mesh[Symbol.asyncDispose]()
  return {
    ...{ store, delivered, tried, trouble, counts, apply, newId, clock },
    get mesh() {
      return mesh
    },
    behave(how: Behaviour) {
      behaviour = how
    },
    call: <A extends Action>(action: A) => ({ grant: grantOf(action), command: { id: commandId() } }),
    /** Lets time pass, and everything happen that is due. */
    async run(ms = 0) {
      advance(ms)
      mesh.tick(signal)
      await mesh.settled()
    },
    /** Ends it and begins anew; `crash` forgets what was not written down. */
    async restart({ crash = false }: { readonly crash?: boolean } = {}) {
      if (!crash) await close()
      else mesh.tick(AbortSignal.abort())
      mesh = open()
      mesh.arm(validators)
      await mesh.apply({ digest: made.toString(16).padStart(64, '0'), routes: applied })
    },
    /** Writes events, each under a leaf of its own. @returns their ids. */
    async emit(events: readonly Partial<EventDraft>[]): Promise<readonly string[]> {
      const before = store.head()
      for (let from = 0; from < events.length; from += COMMANDS_PER_APPEND_MAX) {
        const part = events.slice(from, from + COMMANDS_PER_APPEND_MAX)
        const commands = part.map((one) => commandOf(grantOf('system.read'), [], { events: [eventOf(one)] }))
        for (const outcome of await store.append(commands)) receiptOf(outcome)
      }
      const ids: string[] = []
      for (let at = before; ; ) {
        const entries = await store.changesSince(at, 1000)
        ids.push(...entries.flatMap((entry) => entry.events.map(({ id }) => id)))
        const last = entries.at(-1)
        if (!last) return ids
        at = last.sequence
      }
    },
    async [Symbol.asyncDispose]() {
      await close()
      await store[Symbol.asyncDispose]()
    },
  }
}
