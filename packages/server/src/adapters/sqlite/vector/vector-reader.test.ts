import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { SEGMENT_SLOTS } from './kernel/layout.ts'
import type { SlotColumns, SlotFilter } from './slot-filter.ts'
import type { SpaceHandle } from './space-memory.ts'
import { VectorReader } from './vector-reader.ts'
import { VectorSpace } from './vector-space.ts'

const PLAIN: SlotColumns = { trust: 60, type: 0, status: 1, owner: 1, identity: 0, lane: 0, fold: 0, tags: [] }
const WIDTH = 8

// A reader in a thread of its own: gets the handle once, then a query and a filter at a time.
const READER = `
  import { parentPort, workerData } from 'node:worker_threads'
  const { VectorSpace } = await import(workerData.module)
  const reader = VectorSpace.attach(workerData.handle, { reader: workerData.reader })
  parentPort.on('message', ({ query, filter, times }) => {
    let result
    for (let time = 0; time < times; time++) result = reader.search(query, filter, 8000)
    parentPort.postMessage(result)
  })
`

const workers: Worker[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
})

function startReader(handle: SpaceHandle, reader: number): Worker {
  const module = new URL('vector-space.ts', import.meta.url).href
  const data = `data:text/javascript,${encodeURIComponent(READER)}`
  const worker = new Worker(new URL(data), { workerData: { handle, reader, module } })
  workers.push(worker)
  return worker
}

async function ask(worker: Worker, filter: SlotFilter, times = 1): Promise<{ slots: Uint32Array }> {
  const answer = once(worker, 'message')
  worker.postMessage({ query: axis(0), filter, times })
  return (await answer)[0]
}

const axis = (index: number): Float32Array => Float32Array.from({ length: WIDTH }, (_, at) => (at === index ? 1 : 0))

test('a thread sees what is written after it got the handle, in segments that did not exist then', async () => {
  const space = VectorSpace.create(WIDTH)
  const worker = startReader(space.handle(), 0)
  expect([...(await ask(worker, {})).slots]).toEqual([])
  for (const slot of [3, SEGMENT_SLOTS + 1, 40 * SEGMENT_SLOTS]) {
    space.put(slot, axis(0), PLAIN)
    expect((await ask(worker, {})).slots).toContain(slot)
  }
  space.clear(3)
  space.setColumns(SEGMENT_SLOTS + 1, { owner: 2 })
  expect([...(await ask(worker, { owner: 1 })).slots]).toEqual([40 * SEGMENT_SLOTS])
})

test('two threads search at once, each with its own candidates', async () => {
  const space = VectorSpace.create(WIDTH)
  for (let slot = 0; slot < 4000; slot++) space.put(slot, axis(0), { ...PLAIN, owner: 1 + (slot % 2) })
  const answers = await Promise.all(
    [0, 1].map((reader) => ask(startReader(space.handle(), reader), { owner: 1 + reader }, 300)),
  )
  answers.forEach(({ slots }, reader) => {
    expect(slots.length).toBe(2000)
    expect(slots.every((slot) => slot % 2 === reader)).toBe(true)
  })
})

test('slots whose columns are rewritten during searches stay visible, and untouched ones are always found', async () => {
  const space = VectorSpace.create(WIDTH)
  for (let slot = 0; slot < 3000; slot++) space.put(slot, axis(0), { ...PLAIN, tags: [1, 2] })
  const worker = startReader(space.handle(), 2)
  for (let round = 0; round < 20; round++) {
    const answer = ask(worker, { tags: [1] }, 20)
    for (let change = 0; change < 6000; change++) {
      space.setColumns(change % 1000, { tags: change % 2 ? [1, 2] : [2, 1], trust: change % 100 })
      space.put(1000 + (change % 1000), axis(change % WIDTH), { ...PLAIN, tags: [1] })
    }
    const slots = new Set((await answer).slots)
    for (let slot = 0; slot < 1000; slot++) expect(slots.has(slot)).toBe(true)
    for (let slot = 2000; slot < 3000; slot++) expect(slots.has(slot)).toBe(true)
  }
})

test('a number is free again for the thread that takes the place of one that was ended in a search', async () => {
  const space = VectorSpace.create(WIDTH)
  for (let slot = 0; slot < 8000; slot++) space.put(slot, axis(0), PLAIN)
  const ended = startReader(space.handle(), 5)
  await ask(ended, {})
  ended.postMessage({ query: axis(0), filter: {}, times: 1e9 })
  await ended.terminate()
  expect((await ask(startReader(space.handle(), 5), {})).slots.length).toBe(8000)
})

test('a memory that is no space is refused', () => {
  const memory = new WebAssembly.Memory({ initial: 70, maximum: 70, shared: true })
  expect(() => VectorReader.attach({ memory, kernel: 'simd' }, { reader: 0 })).toThrow(/no vector space/)
})
