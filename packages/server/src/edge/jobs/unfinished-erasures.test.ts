import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { ErasureProgress } from '#capsules'
import { openWorld } from '../../domain/capsules/use-cases/testing.ts'
import { createTestClock } from '../../platform/store/testing.ts'
import { LOOK_MS, RETRY_MS, UnfinishedErasures } from './unfinished-erasures.ts'

const AWAY = new CascadeError('UNAVAILABLE', 'the folder /backups is away')
const TROUBLE = { id: 'e1', reason: AWAY.detail, cause: AWAY }

async function open(goOn: () => Promise<ErasureProgress>, troubles: ErasureProgress['troubles'] = []) {
  const { clock, advance } = createTestClock()
  const { call } = await openWorld()
  const lines: string[] = []
  const line = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  let tick: () => Promise<void> = () => Promise.resolve()
  let tries = 0
  const job = new UnfinishedErasures({
    erasures: {
      goOn: () => {
        tries++
        return goOn()
      },
    },
    grant: () => call('capsule.erase').grant,
    clock,
    log: { debug: () => undefined, info: line, warn: line, error: line },
    troubles,
    every: (work, ms) => {
      expect(ms).toBe(LOOK_MS)
      tick = work
      return { [Symbol.dispose]: () => undefined }
    },
  })
  const after = async (ms: number): Promise<number> => {
    advance(ms)
    await tick()
    return tries
  }
  return { job, lines, after }
}

test('what fails again is tried for ever more seldom, and never given up', async () => {
  const { job, after, lines } = await open(async () => ({ completed: 0, troubles: [TROUBLE] }))
  expect(await after(0)).toBe(1)
  expect(await after(RETRY_MS.first - 1)).toBe(1)
  expect(await after(1)).toBe(2)
  expect(await after(RETRY_MS.first)).toBe(2)
  expect(await after(RETRY_MS.first)).toBe(3)
  for (let more = 0; more < 10; more++) await after(RETRY_MS.last)
  expect(await after(RETRY_MS.last - 1)).toBe(13)
  expect(await after(1)).toBe(14)
  expect(lines.at(-1)).toContain(`"reason":"${TROUBLE.reason}","next_try_s":600`)
  await job[Symbol.asyncDispose]()
})

test('a clock that is set back holds up no attempt', async () => {
  const { job, after } = await open(async () => ({ completed: 0, troubles: [TROUBLE] }), [TROUBLE])
  expect(await after(-RETRY_MS.last)).toBe(1)
  await job[Symbol.asyncDispose]()
})

test('a probe says that copies may be left and no more, the doctor says which erasure and why', async () => {
  let isAway = true
  const { job, after } = await open(
    async () => (isAway ? { completed: 0, troubles: [TROUBLE] } : { completed: 1, troubles: [] }),
    [TROUBLE],
  )
  expect(job.health.status).toBe('degraded')
  expect(job.health.detail).not.toMatch(/backups|e1/)
  expect(job.finding).toEqual({ check: 'erasures', ok: false, detail: `e1 is not complete: ${TROUBLE.reason}` })
  // What the start has just tried is not tried at once.
  expect(await after(RETRY_MS.first - 1)).toBe(0)
  isAway = false
  expect(await after(1)).toBe(1)
  expect([job.health.status, job.finding.ok]).toEqual(['ok', true])
  await job[Symbol.asyncDispose]()
})

test('an attempt that breaks is a trouble like any other, and the next one is made', async () => {
  const { job, after } = await open(() => Promise.reject(new CascadeError('STORAGE_FULL', 'the disk is full')))
  await after(0)
  expect(job.finding).toMatchObject({ ok: false, detail: expect.stringContaining('the disk is full') })
  expect(await after(RETRY_MS.first)).toBe(2)
  await job[Symbol.asyncDispose]()
})

test('an attempt under way is not made twice, and the end waits for it', async () => {
  let finish: (progress: ErasureProgress) => void = () => undefined
  const { job, after } = await open(
    () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  )
  const first = after(0)
  expect(await after(RETRY_MS.last)).toBe(1)
  const closed = job[Symbol.asyncDispose]()
  finish({ completed: 1, troubles: [] })
  await Promise.all([first, closed])
  expect(job.finding.ok).toBe(true)
})
