import { describeEventCarrier } from '../../platform/mesh/event-carrier.contract.ts'
import { createTestClock, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { openMemoryStore } from '../memory/memory-store.ts'
import { openOutboxCarrier } from './outbox-carrier.ts'

describeEventCarrier('the outbox', async () => {
  const store = openMemoryStore({ collections: TEST_COLLECTIONS, clock: createTestClock().clock })
  return { store, carrier: openOutboxCarrier(store), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})
