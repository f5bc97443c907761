import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { type KernelLog, Lifecycle } from '#lifecycle'
import type { BootReport } from './boot-report.ts'
import { CHECKS_MAX, Health, type HealthFinding } from './health.ts'

const silent: KernelLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const fine: HealthFinding = { status: 'ok', detail: 'fine' }

function open() {
  let now = 0
  const lifecycle = new Lifecycle({ clock: () => now, log: silent })
  return { lifecycle, health: new Health(lifecycle, () => now, silent), wait: (ms: number) => (now += ms) }
}

const bootReport = (status: BootReport['status']): BootReport => ({
  status,
  started_at: '2026-01-01T00:00:00.000Z',
  took_ms: 1,
  chunks: [
    { name: 'store', priority: 1, describe: '', status: 'started', took_ms: 1 },
    { name: 'models', priority: 2, describe: '', status: status === 'ready' ? 'started' : 'failed', took_ms: 1 },
  ],
})

test('the phases decide: starting lives, ready is ready, draining lives but is not ready, stopped is nothing', async () => {
  const { lifecycle, health } = open()
  const probes = async () => [health.live().status, health.startup().status, (await health.ready()).status]
  expect(await probes()).toEqual(['ok', 'failed', 'failed'])
  lifecycle.markReady()
  expect(await probes()).toEqual(['ok', 'ok', 'ok'])
  const request = lifecycle.trackWork('request')
  const stopped = lifecycle.stop('test')
  expect(await probes()).toEqual(['ok', 'ok', 'failed'])
  request[Symbol.dispose]()
  await stopped
  expect(await probes()).toEqual(['failed', 'failed', 'failed'])
})

test('a degraded boot is ready, and says what is missing', async () => {
  const { lifecycle, health } = open()
  lifecycle.markReady()
  health.noteBoot(bootReport('degraded'))
  const { status, checks } = await health.ready()
  expect(status).toBe('degraded')
  expect(checks).toContainEqual({ name: 'boot', status: 'degraded', detail: 'not up: models', age_ms: 0 })
  health.noteBoot(bootReport('ready'))
  expect((await health.ready()).status).toBe('ok')
})

describe('a check', () => {
  const ready = () => {
    const opened = open()
    opened.lifecycle.markReady()
    return opened
  }

  test.for<{ name: string; find: () => HealthFinding; critical: boolean; status: string; detail: string }>([
    {
      name: 'failed',
      find: () => ({ status: 'failed', detail: 'disk full' }),
      critical: true,
      status: 'failed',
      detail: 'disk full',
    },
    {
      name: 'failed, not critical',
      find: () => ({ status: 'failed', detail: 'x' }),
      critical: false,
      status: 'degraded',
      detail: 'x',
    },
    {
      name: 'thrown, whose message may name a path',
      find: () => {
        throw new Error('/srv/data/secret.md')
      },
      critical: true,
      status: 'failed',
      detail: 'the check failed; see the log',
    },
    {
      name: 'thrown with a code of ours',
      find: () => {
        throw new CascadeError('STORAGE_FULL', 'at /home/ann')
      },
      critical: false,
      status: 'degraded',
      detail: 'STORAGE_FULL',
    },
  ])('$name', async ({ find, critical, status, detail }) => {
    const { health } = ready()
    health.register('part', find, { critical })
    const result = await health.ready()
    expect(result.status).toBe(status)
    expect(result.checks.at(-1)).toEqual({ name: 'part', status, detail, age_ms: 0 })
  })

  test('runs once for probes at the same time and again when its finding is old', async () => {
    const { health, wait } = ready()
    let runs = 0
    health.register(
      'part',
      async () => {
        runs += 1
        return fine
      },
      { ageMsMax: 1000 },
    )
    await Promise.all([health.ready(), health.ready(), health.ready()])
    wait(999)
    expect((await health.ready()).checks.at(-1)?.age_ms).toBe(999)
    expect(runs).toBe(1)
    wait(1)
    await health.ready()
    expect(runs).toBe(2)
  })

  test('is gone with its handle, and their number has a limit', async () => {
    const { health } = ready()
    const handle = health.register('part', () => ({ status: 'failed', detail: '' }))
    handle[Symbol.dispose]()
    expect((await health.ready()).status).toBe('ok')
    for (let index = 0; index < CHECKS_MAX; index++) health.register(`part ${index}`, () => fine)
    expect(() => health.register('one more', () => fine)).toThrow(RangeError)
  })
})
