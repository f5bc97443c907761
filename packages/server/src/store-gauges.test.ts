import { expect, test } from 'vitest'
import { storeGauges } from './store-gauges.ts'

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
