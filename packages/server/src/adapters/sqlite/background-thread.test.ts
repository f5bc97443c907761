import { once } from 'node:events'
import { constants, getPriority, setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { runInBackground } from './background-thread.ts'

const MODULE = new URL('background-thread.ts', import.meta.url).href
const THREAD = `
import { readlinkSync } from 'node:fs'
import { getPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { runInBackground } from ${JSON.stringify(MODULE)}
runInBackground()
parentPort.postMessage(getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1))))
`

test('a thread in the background lets others go first, and its process stays as it is', async (context) => {
  if (process.platform !== 'linux') context.skip('threads have priorities of their own on Linux alone')
  const before = getPriority()
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`))
  const [priority] = await once(thread, 'message')
  await thread.terminate()
  expect(priority).toBe(Math.max(before, constants.priority.PRIORITY_BELOW_NORMAL))
  expect(getPriority()).toBe(before)
})

test('where the system refuses it, a thread goes on as it is', () => {
  const nobody = 2 ** 31 - 1
  expect(() => setPriority(nobody, 1)).toThrow()
  const stands = runInBackground({
    getPriority: () => 0,
    setPriority: (_thread, priority) => setPriority(nobody, priority),
  })
  expect(stands).toBe(false)
})
