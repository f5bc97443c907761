import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { clusteredVectors, createRandom } from './clustered-vectors.ts'
import { SEGMENT_SLOTS } from './kernel/layout.ts'
import { HELPERS_MAX, ScanDesk } from './scan-desk.ts'
import type { ScanJob, ScanTeam } from './scan-team.ts'
import type { SlotColumns, SlotFilter } from './slot-filter.ts'
import type { SearchResult, VectorReader } from './vector-reader.ts'
import { VectorSpace } from './vector-space.ts'

const DIMENSIONS = 16
const SLOTS = 5 * SEGMENT_SLOTS + 100
const LIMIT = 100
const FILTERS: Readonly<Record<string, SlotFilter>> = {
  'all slots': {},
  'half of them': { trustMin: 50 },
  'none of them': { owner: 9 },
}

const vectors = clusteredVectors(SLOTS + 20, DIMENSIONS, createRandom(3))
const queries = vectors.slice(SLOTS)
const space = fill()

function fill(): VectorSpace {
  const filled = VectorSpace.create(DIMENSIONS)
  const random = createRandom(5)
  const plain: SlotColumns = { trust: 0, type: 0, status: 1, owner: 1, identity: 0, lane: 0, fold: 0, tags: [] }
  for (let slot = 0; slot < SLOTS; slot++) {
    filled.put(slot, vectors[slot]!, { ...plain, trust: Math.floor(random() * 100) })
  }
  return filled
}

const attach = (reader: number, team?: ScanTeam): VectorReader =>
  VectorSpace.attach(space.handle(), team ? { reader, team } : { reader })

/** A reader whose every scan is helped by `help`, before it goes on itself. */
const helpedBy = (help: (job: ScanJob) => void): VectorReader => attach(0, { hasIdle: () => true, call: help })

const workers: Worker[] = []
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
})

const outcome = ({ slots, scores, scanned }: SearchResult) => ({ slots: [...slots], scores: [...scores], scanned })

describe('a shared scan finds what one reader finds alone', () => {
  const alone = attach(1)

  test.each(Object.entries(FILTERS))('when a helper takes all that is left: %s', (_, filter) => {
    const [one, two] = [attach(2), attach(3)]
    let helped = 0
    const shared = helpedBy((job) => {
      helped++
      one.help(job)
      two.help(job)
    })
    for (const query of queries) {
      const expected = alone.search(query, filter, LIMIT)
      const found = shared.search(query, filter, LIMIT)
      expect(outcome(found)).toEqual(outcome(expected))
      // Nothing that was left out is above it, and the last that was kept is not far below.
      expect(found.ceiling).toBeGreaterThanOrEqual(expected.ceiling - 1e-6)
      expect([...found.reaches]).toEqual([...expected.reaches])
    }
    expect(helped).toBe(filter === FILTERS['none of them'] ? 0 : queries.length)
  })

  test('when nobody comes, and when somebody comes after the end', () => {
    const jobs: ScanJob[] = []
    const shared = helpedBy((job) => jobs.push(job))
    for (const query of queries) {
      expect(outcome(shared.search(query, {}, LIMIT))).toEqual(outcome(alone.search(query, {}, LIMIT)))
    }
    const late = attach(2)
    for (const job of jobs) late.help(job)
    expect(outcome(shared.search(queries[0]!, {}, LIMIT))).toEqual(outcome(alone.search(queries[0]!, {}, LIMIT)))
  })

  test('with threads that help each other while each has questions of its own', async () => {
    const expected = queries.map((query) => outcome(alone.search(query, {}, LIMIT)))
    const busy = new SharedArrayBuffer(4 * 4)
    const answers = await Promise.all(
      [4, 5, 6].map((reader) => {
        const data = `data:text/javascript,${encodeURIComponent(THREAD)}`
        const modules = { space: new URL('vector-space.ts', import.meta.url).href }
        const workerData = { handle: space.handle(), reader, modules, queries, limit: LIMIT, busy, times: 15 }
        const worker = new Worker(new URL(data), { workerData })
        workers.push(worker)
        return new Promise<{ found: SearchResult[]; calls: number; helped: number }>((resolve, reject) => {
          worker.once('message', resolve)
          worker.once('error', reject)
        })
      }),
    )
    for (const { found } of answers) expect(found.map(outcome)).toEqual(expected)
    expect(answers.reduce((sum, { helped }) => sum + helped, 0)).toBeGreaterThan(0)
  })

  test('when helpers come between its beginning and its end', () => {
    const jobs: ScanJob[] = []
    const shared = helpedBy((job) => jobs.push(job))
    const helper = attach(2)
    for (const query of queries) {
      using begun = shared.begin(query, {}, LIMIT)
      helper.help(jobs.at(-1)!)
      expect(outcome(begun.finish())).toEqual(outcome(alone.search(query, {}, LIMIT)))
    }
    expect(jobs).toHaveLength(queries.length)
  })

  test('after one that was begun and whose end nobody waited for', () => {
    const jobs: ScanJob[] = []
    const shared = helpedBy((job) => jobs.push(job))
    const begun = shared.begin(queries[1]!, {}, LIMIT)
    expect(() => shared.search(queries[0]!, {}, LIMIT)).toThrow('in use')
    begun[Symbol.dispose]()
    begun[Symbol.dispose]()
    attach(2).help(jobs[0]!)
    expect(outcome(shared.search(queries[0]!, {}, LIMIT))).toEqual(outcome(alone.search(queries[0]!, {}, LIMIT)))
  })

  test('in pieces that are smaller than a segment, all of which are looked at', () => {
    const helper = attach(2)
    const jobs: ScanJob[] = []
    const shared = helpedBy((job) => {
      jobs.push(job)
      helper.help(job)
    })
    for (const filter of Object.values(FILTERS)) {
      const query = queries[0]!
      expect(shared.search(query, filter, LIMIT).scanned).toBe(alone.countPassing(filter))
    }
    const segments = Math.ceil(SLOTS / SEGMENT_SLOTS)
    expect(jobs[0]!.pieces).toBeGreaterThan(2 * segments)
  })

  test('when a helper is lost with a part in its hands, after which nobody is asked any more', () => {
    let calls = 0
    const shared = helpedBy(({ reader, job, pieces }) => {
      calls++
      const desk = new ScanDesk(space.handle().memory.buffer as SharedArrayBuffer, reader)
      desk.takeSeat(job)
      desk.takePiece(job, pieces)
    })
    for (const query of queries.slice(0, 2)) {
      expect(outcome(shared.search(query, {}, LIMIT))).toEqual(outcome(alone.search(query, {}, LIMIT)))
    }
    expect(calls).toBe(1)
  })
})

// Searches with a team over a channel that a second port of the same thread also listens to; helps whoever calls.
const THREAD = `
  import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads'
  const { handle, reader, modules, queries, limit, times } = workerData
  const { VectorSpace } = await import(modules.space)
  const channel = new BroadcastChannel('shared-scan-test')
  let [calls, helped] = [0, 0]
  const team = { hasIdle: () => true, call: (job) => { calls++; channel.postMessage(job) } }
  const own = VectorSpace.attach(handle, { reader, team })
  channel.onmessage = ({ data }) => { helped++; own.help(data) }
  let found
  for (let time = 0; time < times; time++) {
    found = []
    for (const query of queries) {
      found.push(own.search(query, {}, limit))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  parentPort.postMessage({ found, calls, helped })
`

describe('the desk of a shared scan', () => {
  const desk = new ScanDesk(new SharedArrayBuffer(4096), 0)

  test('gives each segment once, and none of another job', () => {
    const job = desk.open(1)
    expect([1, 2, 3].map(() => desk.takePiece(job, 4))).toEqual([1, 2, 3])
    expect(desk.takePiece(job, 4)).toBeUndefined()
    const next = desk.open(0)
    expect(desk.takePiece(job, 4)).toBeUndefined()
    expect(desk.takePiece(next, 4)).toBe(0)
  })

  test('has so many seats, and none after it is closed', () => {
    const job = desk.open(0)
    const seats = Array.from({ length: HELPERS_MAX + 1 }, () => desk.takeSeat(job))
    expect(seats).toEqual([...Array(HELPERS_MAX).keys(), undefined])
    for (let seat = 0; seat < HELPERS_MAX; seat++) desk.leaveSeat(job, seat, { count: seat, scanned: 10, ceiling: 0.5 })
    expect(desk.close(job)).toEqual([0, 1, 2].map((count) => ({ count, scanned: 10, ceiling: 0.5 })))
    const empty = desk.open(0)
    expect(desk.close(empty)).toEqual([])
    expect(desk.takeSeat(empty)).toBeUndefined()
  })

  test('waits no longer for a helper that was given up, and its seat is nobody’s', () => {
    const job = desk.open(0)
    desk.takeSeat(job)
    expect(desk.isAwaited(job)).toBe(true)
    expect(desk.close(job)).toBeUndefined()
    expect(desk.isAwaited(job)).toBe(false)
    desk.leaveSeat(job, 0, { count: 1, scanned: 1, ceiling: 0 })
    expect(desk.close(desk.open(0))).toEqual([])
  })

  test('numbers its jobs anew after the last number', () => {
    for (let round = 0; round < 300_000; round++) desk.open(0)
    const job = desk.open(2)
    expect(desk.takePiece(job, 3)).toBe(2)
    expect(desk.takeSeat(job)).toBe(0)
  })
})
