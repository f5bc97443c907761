import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type EventConsumer, Mesh, type MeshDelivery, registerSinkKinds } from '#mesh'
import { openOutboxCarrier } from '../../src/adapters/carriers/outbox-carrier.ts'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { COLLECTIONS } from '../../src/collections.ts'
import { commandId, commandOf, eventOf, grantOf, receiptOf, recordOf } from '../../src/platform/store/testing.ts'

/** What a child is to do, and after how many deliveries it is killed. */
export interface MeshLeg {
  readonly directory: string
  /** The file that gets a line for each delivery: outside the store, as a receiver is. */
  readonly delivered: string
  readonly events: number
  readonly diesAfter: number
}

const SUBJECTS = 50
const BATCH = 250

/** What the consumer inside the instance does about each event. */
const consumer: EventConsumer = {
  name: 'sampler',
  match: ['cascade.test.*'],
  grant: () => grantOf('system.maintain'),
  // One in ten: each effect is a transaction of its own.
  consume: async ({ id, data }, grant) =>
    data.sampled === true
      ? { changes: [], records: [recordOf(grant, { subject: `event/${id}` })], events: [] }
      : undefined,
}

/** A store of a folder with a mesh that has one route. */
export async function openMeshWorld(directory: string, deliver: (delivery: MeshDelivery) => Promise<void>) {
  const clock = Date.now
  const store = await openSqliteStore({ directory, collections: COLLECTIONS, readers: 1, clock })
  const kinds = registerSinkKinds([
    { kind: 'box', options: z.strictObject({}), open: ({ name }) => ({ kind: 'box', name, deliver }) },
  ])
  const grants = new Map<string, ReturnType<typeof grantOf<'mesh.deliver'>>>()
  const mesh = new Mesh({
    ...{ store, carrier: openOutboxCarrier(store), clock, chance: () => 0.5, commandId, kinds, consumers: [consumer] },
    authorise: async (route) => {
      const known = grants.get(route) ?? grantOf('mesh.deliver', { reach: 'lines', resource: `mesh/${route}` })
      grants.set(route, known)
      return known
    },
    authoriseRoutes: () => grantOf('mesh.apply'),
    count: () => undefined,
    onTrouble: () => undefined,
  })
  mesh.arm([])
  await mesh.apply({
    digest: '0'.repeat(64),
    routes: [
      {
        ...{ name: 'all', match: ['cascade.test.*'], filter: undefined, order: 'subject', minTrust: 1, paused: false },
        ...{ from: 'beginning', sinks: [{ kind: 'box', name: 'box', options: {} }] },
        retry: { attempts: 3, firstMs: 10, lastMs: 100, timeoutMs: 5000 },
      },
    ],
  })
  const signal = new AbortController().signal
  const tick = () => mesh.tick(signal)
  return {
    ...{ store, mesh, tick, batch: BATCH },
    async emit(count: number) {
      const commands = Array.from({ length: count }, (_, index) => {
        const event = eventOf({ subject: `test/${index % SUBJECTS}`, data: { sampled: index % 10 === 0 } })
        return commandOf(grantOf('system.read'), [], { events: [event] })
      })
      for (const outcome of await store.append(commands)) receiptOf(outcome)
    },
    /** Goes on until nothing is left to deliver. */
    async drain() {
      const isIdle = () => mesh.status().every(({ lag, unsettled }) => lag === 0 && unsettled === 0)
      do {
        tick()
        await mesh.settled()
        if (!isIdle()) await pause(5)
      } while (!isIdle())
    },
    async [Symbol.asyncDispose]() {
      await mesh[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
