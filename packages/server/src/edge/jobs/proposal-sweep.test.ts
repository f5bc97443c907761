import { expect, test } from 'vitest'
import type { Advanced } from '#governance'
import { sweepProposals } from './proposal-sweep.ts'
import { runSweep } from './testing/run-sweep.ts'

const NOTHING: Advanced = { opened: 0, closed: 0, executed: 0, troubles: [] }

const sweep = (looks: readonly (() => Promise<Advanced>)[], halt?: () => AbortSignal) =>
  runSweep((options, look) => sweepProposals({ ...options, course: { sweep: look } }), looks, NOTHING, halt)

test('looks at its start, says what went on, and nothing where nothing did', async () => {
  const { told } = await sweep([async () => ({ ...NOTHING, executed: 1 }), async () => NOTHING])
  expect(told).toEqual([['info', 'proposals went on', { opened: 0, closed: 0, executed: 1 }]])
})

test('a look that fails, or a proposal that could not be looked after, is told of, and the next look comes all the same', async () => {
  const { told, left } = await sweep([
    () => Promise.reject(new Error('the store is gone')),
    async () => ({ ...NOTHING, troubles: ['proposal/1: too early'] }),
    async () => ({ ...NOTHING, closed: 1 }),
  ])
  expect(told.map(([level, , fields]) => [level, fields])).toEqual([
    ['warn', { reason: 'the store is gone' }],
    ['warn', { reason: 'proposal/1: too early' }],
    ['info', { opened: 0, closed: 1, executed: 0 }],
  ])
  expect(left).toEqual([])
})

test('nothing begins while an emergency is on', async () => {
  const { told, left } = await sweep([async () => ({ ...NOTHING, executed: 1 })], () => AbortSignal.abort())
  expect([told, left.length]).toEqual([[], 1])
})
