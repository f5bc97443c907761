import { expect, test } from 'vitest'
import { SHIPPING_LAG_MS, shippingHealth } from './store-health.ts'

const NOW = 1_800_000_000_000

test.for([
  { name: 'is ok where nothing is shipped', seen: undefined, status: 'ok' },
  { name: 'is ok while it ships', seen: { waiting: 0, shippedAt: NOW - 1, trouble: undefined }, status: 'ok' },
  {
    name: 'is ok for a short absence',
    seen: { waiting: 2, shippedAt: NOW - SHIPPING_LAG_MS, trouble: '/mnt/x' },
    status: 'ok',
  },
  {
    name: 'is degraded for a long one',
    seen: { waiting: 2, shippedAt: NOW - SHIPPING_LAG_MS - 1, trouble: '/mnt/x' },
    status: 'degraded',
  },
  {
    name: 'is degraded where it never worked',
    seen: { waiting: 0, shippedAt: 0, trouble: '/mnt/x' },
    status: 'degraded',
  },
])('health $name, and names no path', ({ seen, status }) => {
  const found = shippingHealth(seen, NOW)
  expect(found.status).toBe(status)
  expect(found.detail).not.toContain('/mnt/x')
})
