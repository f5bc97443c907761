import { asTold } from '#events'
import type { EventCarrier } from '#mesh'
import type { UnitOfWork } from '#store'

/** The outbox itself as the carrier: in one process nothing has to be carried. */
export const openOutboxCarrier = (store: Pick<UnitOfWork, 'head' | 'changesSince'>): EventCarrier => ({
  name: 'outbox',
  head: () => store.head(),
  async read(sequence, limit) {
    const entries = await store.changesSince(sequence, limit)
    return { events: entries.flatMap(({ events }) => events.map(asTold)), upTo: entries.at(-1)?.sequence ?? sequence }
  },
})
