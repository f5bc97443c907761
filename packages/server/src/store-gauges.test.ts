import { expect, test } from 'vitest'
import { storeGauges } from './store-gauges.ts'

test('a store that ships tells how far it came', async () => {
  const shipping = { sequence: 3, waitingBytes: 5, shippedAt: 6000 }
  const gauges = storeGauges({
    commandsWaiting: 0,
    capsules: { count: async () => 0 },
    head: () => 3,
    bytes: async () => 4,
    shipping,
  })
  expect(await gauges()).toMatchObject({
    cascade_shipping_sequence: 3,
    cascade_shipping_waiting_bytes: 5,
    cascade_shipping_last_success_seconds: 6,
  })
})

test('a scrape reads no more of the store than what it shows, for it comes every few seconds', async () => {
  const gauges = storeGauges({
    commandsWaiting: 1,
    capsules: { count: async () => 2 },
    head: () => 3,
    bytes: async () => 4,
  })
  expect(await gauges()).toEqual({
    cascade_store_commands_waiting: 1,
    cascade_store_capsules: 2,
    cascade_store_sequence: 3,
    cascade_store_bytes: 4,
  })
})
