import { expect, test } from 'vitest'
import type { CouncilLook } from '#governance'
import { sweepCouncil } from './council-sweep.ts'
import { runSweep } from './testing/run-sweep.ts'

const NOTHING: CouncilLook = { advised: 0, troubles: [] }

const sweep = (looks: readonly (() => Promise<CouncilLook>)[], halt?: () => AbortSignal) =>
  runSweep((options, look) => sweepCouncil({ ...options, sessions: { look } }), looks, NOTHING, halt)

test('says what was commented on and what could not be, and goes on after a look that fails', async () => {
  const { told, left } = await sweep([
    async () => ({ advised: 2, troubles: [] }),
    () => Promise.reject(new Error('the store is gone')),
    async () => ({ advised: 0, troubles: ['proposal/1: refused'] }),
    async () => ({ advised: 0, troubles: [] }),
  ])
  expect(told.map(([level, , fields]) => [level, fields])).toEqual([
    ['info', { advised: 2 }],
    ['warn', { reason: 'the store is gone' }],
    ['warn', { reason: 'proposal/1: refused' }],
  ])
  expect(left).toEqual([])
})

test('nothing begins while an emergency is on', async () => {
  const { told, left } = await sweep([async () => ({ advised: 1, troubles: [] })], () => AbortSignal.abort())
  expect([told, left.length]).toEqual([[], 1])
})
