import { expect, test } from 'vitest'
import { openWorld, type World } from '../../domain/capsules/use-cases/testing.ts'
import type { Write } from '../../domain/governance/guardian/drift/memory-drift.ts'
import { DriftWatch, type DriftWatchOptions, LEAVES_LEARNED_MAX, LEAVES_PER_LOOK } from './drift-watch.ts'

function watchOf({ context, time }: World, store: DriftWatchOptions['store'] = context.store) {
  const writes: Write[] = []
  const failing: (number | undefined)[] = []
  const warnings: string[] = []
  let look = () => Promise.resolve()
  const watch = new DriftWatch({
    store,
    drift: { add: (write) => void writes.push(write), tellFailing: (at) => void failing.push(at) },
    clock: time.clock,
    log: {
      debug: () => undefined,
      info: () => undefined,
      error: () => undefined,
      warn: (text) => void warnings.push(text),
    },
    every: (work) => {
      look = work
      return { [Symbol.dispose]: () => undefined }
    },
  })
  return { watch, writes, failing, warnings, look: () => look() }
}

test('it tells each written version once, by whom and with its vector, and learns from the log at a start', async () => {
  const world = await openWorld()
  await world.add({ content: 'Backups run at two.' })
  const { watch, writes, failing, look } = watchOf(world)
  await using _ = watch
  await look()
  await look()
  expect(writes.map(({ subject }) => subject)).toEqual([world.administrator.id])
  await world.add({ content: 'The kitchen opens at nine.' })
  await look()
  expect(writes).toHaveLength(2)
  expect(writes[1]?.vector.length).toBeGreaterThan(0)
  expect(failing.every((at) => at === undefined)).toBe(true)
  const again = watchOf(world)
  await using _again = again.watch
  await again.look()
  expect(again.writes).toEqual(writes)
})

test('where it cannot read it says since when, and goes on from there', async () => {
  const world = await openWorld()
  await world.add({ content: 'Backups run at two.' })
  let isBroken = true
  const { store } = world.context
  const { watch, writes, failing, warnings, look } = watchOf(world, {
    head: () => store.head(),
    changesSince: (sequence, limit) => store.changesSince(sequence, limit),
    capsules: {
      findEmbeddings: (named) => (isBroken ? Promise.reject(new Error('away')) : store.capsules.findEmbeddings(named)),
    },
  })
  await using _ = watch
  await look()
  expect([writes.length, failing, warnings]).toEqual([0, [world.time.clock()], ['drift could not be measured']])
  isBroken = false
  await look()
  expect([writes.length, failing.at(-1)]).toEqual([1, undefined])
})

test('of a load that brings more than it learns from it follows the end', async () => {
  const world = await openWorld()
  const { store } = world.context
  const asked: number[] = []
  const { watch, look } = watchOf(world, {
    head: () => 3 * LEAVES_LEARNED_MAX,
    changesSince: (sequence) => {
      asked.push(sequence)
      return store.changesSince(-1, LEAVES_PER_LOOK)
    },
    capsules: store.capsules,
  })
  await using _ = watch
  await look()
  expect(asked).toEqual([2 * LEAVES_LEARNED_MAX])
})
