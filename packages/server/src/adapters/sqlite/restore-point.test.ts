import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, commit } from '../../platform/store/testing.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { createCommands } from './testing/crash-drafts.ts'
import { makePlaces, openShipping, type Places, refusalOf, restoreTo } from './testing/shipping-places.ts'
import { contentsOf, copyLive } from './testing/store-contents.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()
const TEST_MS_MAX = campaign(600_000, 1_800_000)
const contentsIn = (directory: string) => contentsOf(join(directory, DATABASE_FILE))
const newest = { kind: 'newest' } as const

/** The store at a sequence, copied while it was that. */
type Seen = Map<number, string>

async function look(at: Places, seen: Seen): Promise<void> {
  const copy = folder()
  seen.set(await copyLive(join(at.data, DATABASE_FILE), copy), copy)
}

async function write(store: SqliteStore, seed: number, commands: number): Promise<void> {
  const next = createCommands(store, seed)
  for (let made = 0; made < commands; made++) await commit(store, next())
}

test('each of the points that were seen while others wrote is restored exactly', { timeout: 240_000 }, async () => {
  const at = makePlaces(folder())
  const seen: Seen = new Map()
  {
    await using store = await openShipping(at)
    await store.ship()
    let isOver = false
    const writers = [1, 2, 3].map(async (seed) => {
      const next = createCommands(store, seed)
      while (!isOver) await commit(store, next())
    })
    for (let point = 0; point < 7; point++) {
      const before = store.head()
      while (store.head() < before + 12) await new Promise(setImmediate)
      await look(at, seen)
      if (point % 2 === 0) await store.ship()
    }
    isOver = true
    await Promise.all(writers)
  }
  expect(seen.size).toBeGreaterThanOrEqual(6)
  for (const [sequence, copy] of seen) {
    const restored = folder()
    expect(restoreTo(at, sequence, restored)).toBe(sequence)
    expect(contentsIn(restored)).toEqual(contentsOf(copy))
    // Opening takes longer than all the rest; the last point has gone through every segment.
    if (sequence === Math.max(...seen.keys())) await expectSameAnswers(restored, copy, sequence)
  }
})

/** Both are opened as stores: damage, the head, and what words and vectors find. */
async function expectSameAnswers(restored: string, copy: string, sequence: number): Promise<void> {
  const other = folder()
  await (await openTestStore(other))[Symbol.asyncDispose]()
  copyFileSync(copy, join(other, DATABASE_FILE))
  await using store = await openTestStore(restored)
  await using live = await openTestStore(other)
  expect([store.head(), live.head()]).toEqual([sequence, sequence])
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  const vector = Float32Array.from({ length: 16 }, (_, index) => index - 8)
  const question = { text: 'ember harbour', embedding: { model: 'crash', vector }, filter: {}, perSignal: 50 }
  expect(await store.capsules.candidates(question)).toEqual(await live.capsules.candidates(question))
}

/** What may happen to a store that is shipped. */
const STEPS = {
  write: async (store: SqliteStore, seed: number) => write(store, seed, 7),
  batch: async (store: SqliteStore, seed: number) =>
    void (await store.append(Array.from({ length: 60 }, createCommands(store, seed)))),
  ship: async (store: SqliteStore) => store.ship(),
  // A thread that ends in disorder may fold the log without cutting it: the chain begins anew then.
  crash: async (store: SqliteStore) => {
    await store.crashWriter()
    await store.ready()
    await store.ship()
  },
} as const
type Step = keyof typeof STEPS | 'reopen'

test('whatever happened before, every point that was seen is restored exactly', { timeout: TEST_MS_MAX }, async () => {
  const steps = fc.array(fc.constantFrom<Step>('write', 'batch', 'ship', 'crash', 'reopen'), {
    minLength: 6,
    maxLength: 9,
  })
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const at = makePlaces(folder())
      const seen: Seen = new Map()
      let store = await openShipping(at, {}, { onTrouble: () => undefined })
      await store.ship()
      for (const [index, step] of plan.entries()) {
        if (step === 'reopen') {
          await store[Symbol.asyncDispose]()
          store = await openShipping(at, {}, { onTrouble: () => undefined })
        } else {
          await STEPS[step](store, index + 1)
        }
        await store.ready()
        await look(at, seen)
      }
      await store[Symbol.asyncDispose]()
      const chains = new Set(readdirSync(at.target).map((name) => name.slice(0, 36)))
      if (!plan.includes('crash')) expect(chains.size).toBe(1)
      for (const [sequence, copy] of seen) {
        const restored = folder()
        expect(restoreTo(at, sequence, restored)).toBe(sequence)
        expect(contentsIn(restored)).toEqual(contentsOf(copy))
      }
    }),
    { numRuns: campaign(3, 60) },
  )
})

describe('a chain', () => {
  /** Segments of about four commits each, with the last sequence of each. */
  async function shipped(): Promise<{ at: Places; segments: string[]; ends: number[] }> {
    const at = makePlaces(folder())
    const ends: number[] = []
    {
      await using store = await openShipping(at, { bytes: 2 ** 30 })
      await store.ship()
      for (let segment = 0; segment < 5; segment++) {
        await write(store, segment + 1, 4)
        await store.ship()
        ends.push(store.head())
      }
    }
    const segments = readdirSync(at.target)
      .filter((name) => name.endsWith('.segment'))
      .toSorted()
    return { at, segments: segments.map((name) => join(at.target, name)), ends }
  }

  const flip = (file: string): void => {
    const bytes = readFileSync(file)
    const middle = Math.floor(bytes.length / 2)
    bytes[middle] = bytes[middle]! ^ 1
    writeFileSync(file, bytes)
  }
  const exchange = (a: string, b: string): void => {
    renameSync(a, `${a}.aside`)
    renameSync(b, a)
    renameSync(`${a}.aside`, b)
  }

  test.for([
    { name: 'is missing', spoil: ([, , third]: string[]) => rmSync(third!) },
    { name: 'was cut', spoil: ([, , third]: string[]) => truncateSync(third!, readFileSync(third!).length - 1) },
    { name: 'was cut in its header', spoil: ([, , third]: string[]) => truncateSync(third!, 40) },
    { name: 'is empty', spoil: ([, , third]: string[]) => truncateSync(third!, 0) },
    { name: 'has a bit flipped', spoil: ([, , third]: string[]) => flip(third!) },
    { name: 'is another one’s', spoil: ([, second, third]: string[]) => copyFileSync(second!, third!) },
  ])('with a segment that $name is refused, and its last good sequence is named', async ({ spoil }) => {
    const { at, segments, ends } = await shipped()
    spoil(segments)
    const target = folder()
    for (const point of [newest, ends[4]!, ends[2]!]) {
      const refusal = refusalOf(() => restoreTo(at, point, target))
      expect(refusal).toMatch(/^BACKUP_INVALID: /)
      expect(refusal).toContain(`The last good sequence is ${ends[1]}.`.toLowerCase().slice(4, -1))
    }
    expect(readdirSync(target).filter((name) => name.startsWith(DATABASE_FILE))).toEqual([])
    expect(restoreTo(at, ends[1]!, target)).toBe(ends[1])
  })

  test('whose files changed their names is told by what is in them', async () => {
    const { at, segments, ends } = await shipped()
    exchange(segments[1]!, segments[2]!)
    expect(restoreTo(at, newest, folder())).toBe(ends[4])
  })

  test('gives points between its commits as the commit before, and refuses those out of reach', async () => {
    const at = makePlaces(folder())
    {
      // Before anything is shipped: the chain begins with what is there then.
      await using store = await openTestStore(at.data)
      await write(store, 1, 5)
    }
    {
      await using store = await openShipping(at)
      await store.ship()
      await store.append(Array.from({ length: 10 }, createCommands(store, 2)))
    }
    expect(restoreTo(at, 9, folder())).toBe(4)
    expect(restoreTo(at, 14, folder())).toBe(14)
    const words = 'UNPROCESSABLE: This point is out of reach; sequences 4 to 14 '
    expect(refusalOf(() => restoreTo(at, 3, folder()))).toContain(words)
    expect(refusalOf(() => restoreTo(at, 15, folder()))).toContain(words)
    expect(refusalOf(() => restoreTo(makePlaces(folder()), newest, folder()))).toContain('There is no shipped log')
  })

  test('is gone through to a time', async () => {
    const { at } = await shipped()
    const past = { kind: 'time', time: '2026-01-01T00:00:00.000Z' } as const
    expect(refusalOf(() => restoreTo(at, past, folder()))).toContain('out of reach')
    const all = folder()
    expect(restoreTo(at, { kind: 'time', time: new Date().toISOString() }, all)).toBe(19)
    await using store = await openTestStore(all)
    const leaves = (await store.ledger.list({}, { limit: 50 })).map(({ leaf }) => leaf)
    const { time } = leaves.find(({ index }) => index === 10)!
    const wanted = Math.max(...leaves.flatMap((leaf) => (leaf.time <= time ? [leaf.index] : [])))
    expect(restoreTo(at, { kind: 'time', time }, folder())).toBe(wanted)
  })

  test('needs its keys', async () => {
    const { at } = await shipped()
    rmSync(at.keys, { recursive: true })
    expect(refusalOf(() => restoreTo(at, newest, folder()))).toContain('BACKUP_KEY_MISSING')
  })
})
