import type { CapsuleStore } from '#capsules'
import type { GaugeSource } from '#observability'

/** What a store says of itself at each scrape. */
export interface CountedStore {
  readonly commandsWaiting: number
  readonly capsules: Pick<CapsuleStore, 'count'>
  head(): number
  bytes(): Promise<number>
  /** How far the log was shipped; undefined where it is not. */
  readonly shipping?:
    | { readonly sequence: number; readonly waitingBytes: number; readonly shippedAt: number }
    | undefined
}

export const storeGauges =
  (store: CountedStore): GaugeSource =>
  async () => ({
    cascade_store_sequence: store.head(),
    cascade_store_commands_waiting: store.commandsWaiting,
    cascade_store_bytes: await store.bytes(),
    cascade_store_capsules: await store.capsules.count(),
    ...(store.shipping && {
      cascade_shipping_sequence: store.shipping.sequence,
      cascade_shipping_waiting_bytes: store.shipping.waitingBytes,
      cascade_shipping_last_success_seconds: store.shipping.shippedAt / 1000,
    }),
  })
