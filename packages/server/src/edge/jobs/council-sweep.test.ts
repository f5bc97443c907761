import { expect, test } from 'vitest'
import type { CouncilLook } from '#governance'
import { CouncilSweep } from './council-sweep.ts'

/** A sweep over what its looks come to, one after the other, and what it wrote into the log of the program. */
async function sweep(looks: readonly (() => Promise<CouncilLook>)[], halt?: () => AbortSignal) {
  const told: unknown[][] = []
  const write = (level: string) => (message: string, fields?: unknown) => told.push([level, message, fields])
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const left = [...looks]
  let tick: () => void = () => undefined
  const every = (work: () => void) => {
    tick = work
    return { [Symbol.dispose]: () => undefined }
  }
  const sessions = { look: async () => (await left.shift()?.()) ?? { advised: 0, troubles: [] } }
  const job = new CouncilSweep({ sessions, log, every, ...(halt && { halt }) })
  for (const _ of looks) {
    tick()
    await new Promise(setImmediate)
  }
  await job[Symbol.asyncDispose]()
  return { told, left }
}

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
