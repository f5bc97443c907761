import { expect, test } from 'vitest'
import { systemEvery } from './every.ts'

test('work is called again and again, and not once more after it was disposed of', async () => {
  let calls = 0
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      const ticks = systemEvery(async () => {
        calls += 1
        if (calls < count) return
        ticks[Symbol.dispose]()
        resolve()
      }, 1)
    })
  await until(3)
  // Timers of the same length fire in the order they were set: by the end of these the first would have fired again.
  await until(6)
  expect(calls).toBe(6)
})
