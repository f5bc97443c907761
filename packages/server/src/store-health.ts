import type { Clock } from '#base'
import type { Health, HealthFinding } from '#boot'
import type { Finding } from '#store'

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

/** For the doctor: how far the log was shipped, and what keeps the rest; nothing where it is not. */
export function shippingFindings(store: Pick<WatchedStore, 'head'> & Shipping): readonly Finding[] {
  if (!store.shipping) return []
  const { sequence, waiting, trouble } = store.shipping
  const reach = sequence < 0 ? 'nothing' : `everything up to record ${sequence} of ${store.head()}`
  const detail = `${reach} can be restored from there; ${waiting} segments wait`
  const ok = trouble === undefined
  return [{ check: 'shipping', ok, detail: ok ? detail : `${trouble}; ${detail}` }]
}

interface Shipping {
  readonly shipping: (ShippingSeen & { readonly sequence: number }) | undefined
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
