import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { withDeadline } from './deadline.ts'
import type { KernelLog } from './kernel-log.ts'
import { Lifecycle, WORK_IN_FLIGHT_MAX } from './lifecycle.ts'
import { EXIT_INTERRUPTED, stopOnSignals } from './signals.ts'

function open({ drainMs = 5000, partStopMs = 5000 } = {}) {
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const log: KernelLog = { debug: write, info: write, warn: write, error: write }
  return { lifecycle: new Lifecycle({ clock: () => 0, log, drainMs, partStopMs }), lines }
}

const never = () => new Promise<never>(() => undefined)

describe('a stop', () => {
  test('goes on past parts that throw, reject and hang, and reports them', async () => {
    const { lifecycle, lines } = open({ partStopMs: 10 })
    const closed: string[] = []
    lifecycle.onStop('first', () => void closed.push('first'))
    lifecycle.onStop('hangs', never)
    lifecycle.onStop('rejects', () => Promise.reject(new Error('disk gone')))
    lifecycle.onStop('throws', () => {
      throw new Error('boom')
    })
    lifecycle.onStop('last', () => void closed.push('last'))
    const report = await lifecycle.stop('test')
    expect(closed).toEqual(['last', 'first'])
    expect(report.errors).toEqual([
      { part: 'throws', message: 'boom' },
      { part: 'rejects', message: 'disk gone' },
      { part: 'hangs', message: 'did not close within 10 ms' },
    ])
    expect(lines).toContain('a part did not close')
  })

  test('waits for work in flight before it closes anything', async () => {
    const { lifecycle } = open()
    const order: string[] = []
    lifecycle.onStop('store', () => void order.push('closed'))
    const request = lifecycle.trackWork('request')
    const stopped = lifecycle.stop('test')
    await new Promise(setImmediate)
    order.push('request done')
    request[Symbol.dispose]()
    request[Symbol.dispose]()
    expect((await stopped).abandoned).toEqual([])
    expect(order).toEqual(['request done', 'closed'])
  })

  test('abandons work that outlasts the drain limit, by name', async () => {
    const { lifecycle, lines } = open({ drainMs: 5 })
    lifecycle.trackWork('import')
    expect((await lifecycle.stop('test')).abandoned).toEqual(['import'])
    expect(lines).toContain('work was abandoned')
  })

  test('is one stop however often it is called, and its signal aborts', async () => {
    const { lifecycle } = open()
    let closed = 0
    lifecycle.onStop('part', () => void closed++)
    lifecycle.markReady()
    expect([lifecycle.phase, lifecycle.signal.aborted]).toEqual(['ready', false])
    const [first, second] = await Promise.all([lifecycle.stop('one'), lifecycle.stop('two')])
    expect(first).toBe(second)
    expect([first.reason, closed, lifecycle.phase, lifecycle.signal.aborted]).toEqual(['one', 1, 'stopped', true])
    lifecycle.markReady()
    expect(lifecycle.phase).toBe('stopped')
  })

  test('refuses new work with UNAVAILABLE', async () => {
    const { lifecycle } = open()
    void lifecycle.stop('test')
    expect(() => lifecycle.trackWork('late')).toThrowError(expect.objectContaining({ code: 'UNAVAILABLE' }))
    expect(lifecycle.signal.reason).toBeInstanceOf(CascadeError)
  })

  test('closes what is registered while it closes, and at once what comes after', async () => {
    const { lifecycle } = open()
    const closed: string[] = []
    lifecycle.onStop('outer', () => {
      lifecycle.onStop('during', () => void closed.push('during'))
    })
    await lifecycle.stop('test')
    lifecycle.onStop('after', () => void closed.push('after'))
    expect(closed).toEqual(['during', 'after'])
  })

  test('waits for a part that its own handle is closing', async () => {
    const { lifecycle } = open()
    const order: string[] = []
    let finish: () => void = () => undefined
    lifecycle.onStop('store', () => void order.push('store'))
    const server = lifecycle.onStop('server', async () => {
      await new Promise<void>((resolve) => (finish = resolve))
      order.push('server')
    })
    void server[Symbol.asyncDispose]()
    const stopped = lifecycle.stop('test')
    await new Promise(setImmediate)
    finish()
    await stopped
    expect(order).toEqual(['server', 'store'])
  })

  test('leaves out what its own handle closed', async () => {
    const { lifecycle } = open()
    let closed = 0
    const part = lifecycle.onStop('part', () => void closed++)
    await part[Symbol.asyncDispose]()
    await part[Symbol.asyncDispose]()
    await lifecycle.stop('test')
    expect(closed).toBe(1)
  })
})

test('work in flight has a limit', () => {
  const { lifecycle } = open()
  for (let index = 0; index < WORK_IN_FLIGHT_MAX; index++) lifecycle.trackWork('request')
  expect(() => lifecycle.trackWork('one more')).toThrowError(expect.objectContaining({ code: 'UNAVAILABLE' }))
  expect(lifecycle.workInFlight).toBe(WORK_IN_FLIGHT_MAX)
})

test('parts close in the exact reverse of their registration, whichever of them fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 30 }), async (failing) => {
      const { lifecycle } = open()
      const closed: number[] = []
      for (const [index, fails] of failing.entries())
        lifecycle.onStop(String(index), () => {
          closed.push(index)
          if (fails) throw new Error('no')
        })
      const { errors } = await lifecycle.stop('test')
      expect(closed).toEqual([...failing.keys()].reverse())
      expect(errors).toHaveLength(failing.filter(Boolean).length)
    }),
  )
})

describe('a signal', () => {
  function signals() {
    const { lifecycle } = open()
    const emitter = new EventEmitter()
    const exits: number[] = []
    const told: string[] = []
    const handlers = stopOnSignals(lifecycle, {
      emitter,
      exit: (code) => void exits.push(code),
      tell: (line) => void told.push(line),
    })
    return { lifecycle, emitter, exits, told, handlers }
  }

  test('stops once; a second one leaves at once with 130 after a line', async () => {
    const { lifecycle, emitter, exits, told } = signals()
    const request = lifecycle.trackWork('request')
    emitter.emit('SIGTERM', 'SIGTERM')
    expect([lifecycle.phase, exits]).toEqual(['draining', []])
    emitter.emit('SIGINT', 'SIGINT')
    expect(exits).toEqual([EXIT_INTERRUPTED])
    expect(told).toEqual([expect.stringContaining('SIGTERM'), expect.stringContaining('leaving at once')])
    request[Symbol.dispose]()
    expect((await lifecycle.stop('again')).reason).toBe('SIGTERM')
  })

  test('reaches nobody once the handlers are gone', () => {
    const { lifecycle, emitter, handlers } = signals()
    handlers[Symbol.dispose]()
    emitter.emit('SIGTERM', 'SIGTERM')
    expect([lifecycle.phase, emitter.listenerCount('SIGINT')]).toEqual(['starting', 0])
  })
})

describe('a deadline', () => {
  test('hands late outcomes on, so that they can be cleaned up', async () => {
    let finish: (value: string) => void = () => undefined
    const late = new Promise((resolve) => {
      void withDeadline(() => new Promise<string>((each) => (finish = each)), 1, resolve).then((outcome) => {
        expect(outcome).toEqual({ kind: 'late' })
        finish('too late')
      })
    })
    expect(await late).toEqual({ kind: 'done', value: 'too late' })
  })

  test('turns what is thrown into a value', async () => {
    const error = new Error('no')
    expect(await withDeadline(() => Promise.reject(error), 1000)).toEqual({ kind: 'failed', error })
  })
})
