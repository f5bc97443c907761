import { expect, test } from 'vitest'
import { finish, finishInTurns, type Work } from './turns.ts'

function* count(upTo: number, seen: number[] = []): Work<number> {
  for (let step = 0; step < upTo; step++) {
    seen.push(step)
    yield
  }
  return upTo
}

test('work done at once and work done in turns come to the same', async () => {
  expect(finish(count(1000))).toBe(1000)
  expect(await finishInTurns(count(1000))).toBe(1000)
  expect(await finishInTurns(count(0))).toBe(0)
})

test('others go between as soon as a turn is over, and work that fits a turn is not interrupted', async () => {
  const order: string[] = []
  let now = 0
  const clock = (): number => now
  function* slow(): Work<void> {
    for (let step = 0; step < 3; step++) {
      now += 5
      order.push(`step ${step}`)
      yield
    }
  }
  setImmediate(() => order.push('another'))
  await finishInTurns(slow(), clock)
  expect(order).toEqual(['step 0', 'step 1', 'another', 'step 2'])
})

test('what the work throws is thrown', async () => {
  function* broken(): Work<void> {
    yield
    throw new Error('broken')
  }
  await expect(finishInTurns(broken())).rejects.toThrow('broken')
})
