import { expect, test } from 'vitest'
import { inTurns } from './in-turns.ts'

test('answers in the order of the items', async () => {
  expect(
    await inTurns(
      [3, 1, 2],
      () => 1_000_000,
      async (item) => item * 2,
    ),
  ).toEqual([6, 2, 4])
})

test('what fails ends the work and is thrown', async () => {
  const seen: number[] = []
  const work = (item: number): number => {
    seen.push(item)
    if (item === 2) throw new Error('two')
    return item
  }
  await expect(inTurns([1, 2, 3], () => 1, work)).rejects.toThrow('two')
  expect(seen).toEqual([1, 2])
})

test('others have their turn while a long list is worked through', async () => {
  let turns = 0
  let working = true
  const others = (): void => {
    turns += 1
    if (working) setImmediate(others)
  }
  setImmediate(others)
  await inTurns(
    Array.from({ length: 50 }),
    () => 30_000,
    () => undefined,
  )
  working = false
  expect(turns).toBeGreaterThan(25)
})

test('a short list is worked through in one go', async () => {
  let turns = 0
  setImmediate(() => {
    turns += 1
  })
  await inTurns(
    Array.from({ length: 20 }),
    () => 100,
    () => undefined,
  )
  expect(turns).toBe(0)
})
