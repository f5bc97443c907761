import { expect, test } from 'vitest'
import { Looks } from './looks.ts'

const never = () => ({ [Symbol.dispose]: () => undefined })

test('what looks is told when all work is stopped, and looks again when it goes on', async () => {
  let halt = new AbortController()
  let looked = 0
  const look = async (signal: AbortSignal): Promise<void> => {
    looked += 1
    if (looked > 1) return
    const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve))
    halt.abort()
    await stopped
  }
  await using looks = new Looks(look, 1, never, () => halt.signal)
  await looks.now()
  await looks.now()
  expect(looked).toBe(1)
  halt = new AbortController()
  await looks.now()
  expect(looked).toBe(2)
})
