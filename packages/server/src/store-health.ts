import type { Clock } from '#base'
import type { Health, HealthFinding } from '#boot'

/** Behind for longer than this, somebody should look. */
export const SHIPPING_LAG_MS = 120_000

/** What health needs to know of shipping. */
export interface ShippingSeen {
  readonly waiting: number
  /** When all was last brought there; 0 for never. */
  readonly shippedAt: number
  readonly trouble: string | undefined
}

/** Shipping that lags makes an instance degraded, never failed: it goes on serving. */
export function shippingHealth(seen: ShippingSeen | undefined, now: number): HealthFinding {
  if (!seen) return { status: 'ok', detail: 'the log is kept here alone' }
  const { waiting, shippedAt, trouble } = seen
  if (trouble === undefined) return { status: 'ok', detail: `${waiting} segments wait` }
  const isLate = now - shippedAt > SHIPPING_LAG_MS
  const detail = `the log is not shipped; ${waiting} segments wait`
  return { status: isLate ? 'degraded' : 'ok', detail }
}

/** What health asks of a store. */
export interface WatchedStore {
  readonly shipping: ShippingSeen | undefined
  ready(): Promise<void>
  head(): number
}

/** Lets health ask the store whether it answers, and how shipping is where the log is shipped. */
export function registerStore(health: Health, store: WatchedStore, clock: Clock): void {
  health.register('store', async () => {
    await store.ready()
    return { status: 'ok', detail: `${store.head() + 1} records` }
  })
  if (store.shipping) health.register('shipping', () => shippingHealth(store.shipping, clock()))
}
