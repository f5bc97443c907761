import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type DelayHistogram, LoopLagMonitor } from './loop-lag.ts'

function open(histogram: DelayHistogram) {
  const warnings: unknown[] = []
  const details: unknown[] = []
  const log = {
    warn: (_message: string, fields?: unknown) => void warnings.push(fields),
    debug: (_message: string, fields?: unknown) => void details.push(fields),
  }
  return { monitor: new LoopLagMonitor({ log, histogram, windowMs: 3_600_000 }), warnings, details }
}

/** A histogram whose next window holds these milliseconds between samples. */
function histogramOf(window: { p99: number; max: number }): DelayHistogram {
  let now = window
  return {
    get max() {
      return now.max * 1e6
    },
    percentile: () => now.p99 * 1e6,
    reset: () => {
      now = { p99: 0, max: 0 }
    },
    enable: () => undefined,
    disable: () => undefined,
  }
}

describe('the lag', () => {
  test('of a loop that is on time is nothing, and nobody is warned', () => {
    const { monitor, warnings, details } = open(histogramOf({ p99: 10, max: 60 }))
    monitor.closeWindow()
    expect([monitor.p99Seconds(), monitor.maxSeconds(), warnings, details]).toEqual([0, 0.05, [], []])
  })

  test.for([
    {
      name: 'above 50 ms again and again',
      given: { p99: 70, max: 90 },
      said: [{ blocked_ms: 80, p99_ms: 60 }],
      aside: [],
    },
    { name: 'above 250 ms once', given: { p99: 30, max: 271 }, said: [{ blocked_ms: 261, p99_ms: 20 }], aside: [] },
    {
      name: 'below that, as on a busy machine, at debug,',
      given: { p99: 60, max: 260 },
      said: [],
      aside: [{ blocked_ms: 250, p99_ms: 50 }],
    },
  ])('$name is told at most once a window', ({ given, said, aside }) => {
    const { monitor, warnings, details } = open(histogramOf(given))
    monitor.closeWindow()
    monitor.closeWindow()
    expect([warnings, details]).toEqual([said, aside])
  })

  test('is known during its window and one window longer', () => {
    const { monitor } = open(histogramOf({ p99: 110, max: 110 }))
    expect(monitor.p99Seconds()).toBeCloseTo(0.1)
    monitor.closeWindow()
    expect(monitor.p99Seconds()).toBeCloseTo(0.1)
    monitor.closeWindow()
    expect(monitor.p99Seconds()).toBe(0)
  })
})

test('the longest block is known for a minute', () => {
  const { monitor } = open(histogramOf({ p99: 10, max: 80 }))
  expect(monitor.maxSeconds()).toBeCloseTo(0.07)
  for (let window = 0; window < 12; window++) {
    monitor.closeWindow()
    expect(monitor.maxSeconds()).toBeCloseTo(0.07)
  }
  monitor.closeWindow()
  expect(monitor.maxSeconds()).toBe(0)
})

test('a real block of the event loop is seen', async () => {
  const histogram = monitorEventLoopDelay({ resolution: 10 })
  const { monitor, warnings } = open(histogram)
  while (histogram.count === 0) await sleep(5)
  const until = performance.now() + 300
  while (performance.now() < until) Math.sqrt(until)
  const { count } = histogram
  while (histogram.count === count) await sleep(5)
  monitor.closeWindow()
  monitor[Symbol.dispose]()
  expect(warnings).toHaveLength(1)
})
