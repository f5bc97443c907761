import type { Store } from '../../domain/store.ts'
import { createTestClock, type StoreUnderTest, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { openMemoryStore } from './memory-store.ts'

/** An empty store in memory, for contract suites. */
export async function openMemoryStoreUnderTest(): Promise<StoreUnderTest<Store>> {
  const clock = createTestClock()
  return { store: openMemoryStore({ collections: TEST_COLLECTIONS, clock: clock.clock }), clock }
}
