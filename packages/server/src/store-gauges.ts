import type { CapsuleStore } from '#capsules'
import type { GaugeSource } from '#observability'

/** What a store says of itself at each scrape. */
export interface CountedStore {
  readonly commandsWaiting: number
  readonly capsules: Pick<CapsuleStore, 'count'>
  head(): number
  bytes(): Promise<number>
}

export const storeGauges =
  (store: CountedStore): GaugeSource =>
  async () => ({
    cascade_store_sequence: store.head(),
    cascade_store_commands_waiting: store.commandsWaiting,
    cascade_store_bytes: await store.bytes(),
    cascade_store_capsules: await store.capsules.count(),
  })
