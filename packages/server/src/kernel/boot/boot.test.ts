import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CascadeError, isCascadeError } from '#base'
import { type KernelLog, Lifecycle } from '#lifecycle'
import { boot } from './boot.ts'
import type { BootChunk } from './boot-chunk.ts'
import { BootKey } from './boot-context.ts'
import type { BootReport } from './boot-report.ts'
import type { BootGuardian } from './guardian.ts'

const silent: KernelLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const sound: BootGuardian = { validate: () => ({ kind: 'sound' }) }

/** A small instance whose chunks note when they start, are judged, and close. */
function open() {
  const lifecycle = new Lifecycle({ clock: () => 0, log: silent })
  const events: string[] = []
  const guardian: BootGuardian = {
    validate: ({ name }) => {
      events.push(`judge ${name}`)
      return { kind: 'sound' }
    },
  }
  const chunk = (name: string, rest: Partial<BootChunk> = {}): BootChunk => ({
    name,
    priority: 1,
    describe: `The part ${name}.`,
    start: () => {
      events.push(`start ${name}`)
      return { [Symbol.dispose]: () => void events.push(`close ${name}`) }
    },
    ...rest,
  })
  const run = (chunks: readonly BootChunk[], judge: BootGuardian = guardian) =>
    boot(chunks, { lifecycle, guardian: judge, clock: () => 0, log: silent })
  return { lifecycle, events, chunk, run }
}

async function failureOf(run: Promise<BootReport>): Promise<CascadeError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isCascadeError(error)) throw new TypeError('the boot did not fail as expected', { cause: error })
  return error
}

const explode = (message = 'disk gone') => {
  throw new Error(message)
}

const after =
  (start: BootChunk['start']): BootChunk['start'] =>
  async (context) => {
    await new Promise(setImmediate)
    return start(context)
  }

describe('a plan that is not valid starts nothing', () => {
  const { chunk } = open()
  test.for<{ name: string; chunks: BootChunk[]; says: RegExp }>([
    { name: 'a name twice', chunks: [chunk('a'), chunk('a')], says: /two chunks have the name "a"/ },
    {
      name: 'an unknown dependency',
      chunks: [chunk('a', { dependsOn: ['b'] })],
      says: /chunk "a" waits for "b", which is unknown/,
    },
    { name: 'itself', chunks: [chunk('a', { uses: ['a'] })], says: /wait for each other: a → a/ },
    {
      name: 'a cycle, without those that merely wait for it',
      chunks: [
        chunk('z', { dependsOn: ['a'] }),
        chunk('a', { dependsOn: ['b'] }),
        chunk('b', { uses: ['c'] }),
        chunk('c', { dependsOn: ['a'] }),
      ],
      says: /wait for each other: a → b → c → a/,
    },
    {
      name: 'a dependency of a later level',
      chunks: [chunk('a', { dependsOn: ['b'] }), chunk('b', { priority: 2 })],
      says: /chunk "a" \(priority 1\) waits for "b", which starts later \(priority 2\)/,
    },
    {
      name: 'what must not fail on what may',
      chunks: [chunk('a', { dependsOn: ['b'] }), chunk('b', { canFail: true })],
      says: /chunk "a" must not fail but depends on "b", which may/,
    },
    { name: 'no priority', chunks: [chunk('a', { priority: Number.NaN })], says: /no finite priority/ },
    { name: 'too many', chunks: Array.from({ length: 1001 }, (_, index) => chunk(`${index}`)), says: /more than 1000/ },
  ])('$name', async ({ chunks, says }) => {
    const { run, events } = open()
    const error = await failureOf(run(chunks))
    expect(error.code).toBe('BOOT_FAILED')
    expect(error.detail).toMatch(says)
    expect(events).toEqual([])
  })
})

describe('a critical failure', () => {
  test('closes what had started in reverse, skips the rest, and names reason and cause', async () => {
    const { run, events, chunk, lifecycle } = open()
    const cause = new CascadeError('DATA_FOLDER_IN_USE', 'process 7 owns it')
    const error = await failureOf(
      run([
        chunk('config', { priority: 0 }),
        chunk('log', { priority: 0, dependsOn: ['config'] }),
        chunk('store', { start: () => Promise.reject(cause) }),
        chunk('http', { priority: 3, dependsOn: ['store'] }),
      ]),
    )
    expect(error).toMatchObject({ code: 'BOOT_FAILED', cause })
    expect(error.detail).toBe('chunk "store" failed: DATA_FOLDER_IN_USE: process 7 owns it')
    expect(events).toEqual(['start config', 'judge config', 'start log', 'judge log', 'close log', 'close config'])
    expect(error.extensions.report).toMatchObject({
      status: 'failed',
      chunks: [
        { name: 'config', status: 'started' },
        { name: 'log', status: 'started' },
        { name: 'store', status: 'failed', reason: 'DATA_FOLDER_IN_USE: process 7 owns it' },
        { name: 'http', status: 'skipped' },
      ],
    })
    expect(lifecycle.phase).toBe('stopped')
  })

  test('aborts the signal of those that are starting, waits for them and closes them', async () => {
    const { run, events, chunk } = open()
    const slow = chunk('slow', {
      start: async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return { [Symbol.asyncDispose]: async () => void events.push('close slow') }
      },
    })
    await failureOf(run([slow, chunk('bad', { start: after(() => explode()) })]))
    expect(events).toEqual(['judge slow', 'close slow'])
  })

  test('is also a chunk that does not start in time; what it brings later is closed', async () => {
    const { run, chunk } = open()
    let finish: (handle: Disposable) => void = () => undefined
    const late = chunk('late', { startMs: 1, start: () => new Promise<Disposable>((resolve) => (finish = resolve)) })
    const error = await failureOf(run([late]))
    expect(error.detail).toBe('chunk "late" failed: it did not start within 1 ms')
    await new Promise<void>((resolve) => finish({ [Symbol.dispose]: resolve }))
  })

  test('is a stop that comes while the boot runs: nothing further starts', async () => {
    const { run, chunk, lifecycle, events } = open()
    const first = chunk('first', {
      start: async () => {
        void lifecycle.stop('SIGTERM')
        return { [Symbol.dispose]: () => void events.push('close first') }
      },
    })
    const error = await failureOf(run([first, chunk('next', { priority: 2 })]))
    expect(error.detail).toContain('asked to stop while it started')
    expect(events).toEqual(['judge first', 'close first'])
  })
})

describe('a failure of what may fail', () => {
  test('degrades: its dependants are skipped with the reason, those that merely use it start', async () => {
    const { run, events, chunk, lifecycle } = open()
    const report = await run([
      chunk('embedder', { canFail: true, start: () => explode('no key') }),
      chunk('vectors', { canFail: true, dependsOn: ['embedder'] }),
      chunk('similar', { canFail: true, dependsOn: ['vectors'] }),
      chunk('search', { uses: ['vectors'] }),
    ])
    expect(report.status).toBe('degraded')
    expect(report.chunks.map(({ name, status, reason }) => [name, status, reason])).toEqual([
      ['embedder', 'failed', 'no key'],
      ['vectors', 'skipped', 'it depends on "embedder", which is not up'],
      expect.arrayContaining(['similar', 'skipped']),
      ['search', 'started', undefined],
    ])
    expect(events).toEqual(['start search', 'judge search'])
    expect(lifecycle.phase).toBe('ready')
  })
})

describe('the guardian', () => {
  test('judges each chunk before its dependants, except those that ask not to be judged', async () => {
    const { run, events, chunk } = open()
    await run([
      chunk('b', { dependsOn: ['a'] }),
      chunk('a'),
      chunk('guardian', { priority: 0, guardianValidates: false }),
    ])
    expect(events).toEqual(['start guardian', 'start a', 'judge a', 'start b', 'judge b'])
  })

  test.for<{ name: string; validate: BootGuardian['validate']; says: string }>([
    {
      name: 'refuses',
      validate: () => ({ kind: 'unsound', reason: 'bad digest' }),
      says: 'the guardian refused it: bad digest',
    },
    {
      name: 'throws',
      validate: () => explode('confused'),
      says: 'the guardian refused it: the guardian failed: confused',
    },
  ])('stops the boot when it $name', async ({ validate, says }) => {
    const { run, events, chunk } = open()
    const error = await failureOf(run([chunk('a'), chunk('b', { dependsOn: ['a'] })], { validate }))
    expect(error.detail).toContain(says)
    expect(events).toEqual(['start a', 'close a'])
  })

  test('closes a refused part at once when it may fail, and nobody gets what it provided', async () => {
    const { run, events, chunk } = open()
    const KEY = new BootKey<string>('model')
    let found: string | undefined = 'unset'
    const weak = chunk('weak', {
      canFail: true,
      start: (context) => {
        context.provide(KEY, 'value')
        return { [Symbol.dispose]: () => void events.push('close weak') }
      },
    })
    const user = chunk('user', {
      uses: ['weak'],
      start: (context) => {
        found = context.find(KEY)
      },
    })
    const judge: BootGuardian = {
      validate: ({ name }) => (name === 'weak' ? { kind: 'unsound', reason: 'no' } : { kind: 'sound' }),
    }
    expect((await run([weak, user], judge)).status).toBe('degraded')
    expect(events).toEqual(['close weak'])
    expect(found).toBeUndefined()
  })
})

describe('what chunks share', () => {
  const STORE = new BootKey<{ readonly size: number }>('store')

  test('reaches those that wait for the provider, directly or through others', async () => {
    const { run, chunk } = open()
    let size = 0
    await run([
      chunk('store', {
        start: (context) => {
          context.provide(STORE, { size: 3 })
        },
      }),
      chunk('capsules', { dependsOn: ['store'] }),
      chunk('http', {
        dependsOn: ['capsules'],
        start: (context) => {
          size = context.get(STORE).size
        },
      }),
    ])
    expect(size).toBe(3)
  })

  test.for<{ name: string; dependsOn: string[]; provides: boolean; says: string }>([
    { name: 'nobody provides it', dependsOn: ['store'], provides: false, says: 'needs "store", which nobody provides' },
    { name: 'the provider is not waited for', dependsOn: [], provides: true, says: 'does not wait for "store"' },
  ])('is refused when $name', async ({ dependsOn, provides, says }) => {
    const { run, chunk } = open()
    const store = chunk('store', {
      start: (context) => {
        if (provides) context.provide(STORE, { size: 1 })
      },
    })
    const user = chunk('user', {
      dependsOn,
      start: (context) => {
        expect(context.find(STORE)).toBeUndefined()
        context.get(STORE)
      },
    })
    expect((await failureOf(run([store, user]))).detail).toContain(says)
  })

  test('has one provider', async () => {
    const { run, chunk } = open()
    const provide = (name: string) =>
      chunk(name, {
        start: (context) => {
          context.provide(STORE, { size: 1 })
        },
      })
    expect((await failureOf(run([provide('a'), provide('b')]))).detail).toContain(
      '"store" is provided by "a" and by "b"',
    )
  })

  test('stays within its boot', async () => {
    const first = open()
    await first.run([
      first.chunk('store', {
        start: (context) => {
          context.provide(STORE, { size: 1 })
        },
      }),
    ])
    const second = open()
    let found: unknown = 'unset'
    await second.run([
      second.chunk('user', {
        start: (context) => {
          found = context.find(STORE)
        },
      }),
    ])
    expect(found).toBeUndefined()
  })
})

test('independent chunks of one level start side by side', async () => {
  const { run, chunk } = open()
  const waiting = new Set<() => void>()
  const meet = (name: string) =>
    chunk(name, {
      start: async () => {
        await new Promise<void>((resolve) => {
          waiting.add(resolve)
          if (waiting.size === 3) for (const release of waiting) release()
        })
        return undefined
      },
    })
  expect((await run([meet('a'), meet('b'), meet('c')])).status).toBe('ready')
})

describe('for random graphs', () => {
  const PRIORITIES = [0, 1, 1.5, 1.6, 2, 3]
  interface Node {
    readonly level: number
    readonly edges: readonly number[]
    readonly turns: number
    readonly canFail: boolean
  }
  const graphs = fc.array(
    fc.record({
      level: fc.nat({ max: PRIORITIES.length - 1 }),
      edges: fc.array(fc.nat({ max: 100 }), { maxLength: 3 }),
      turns: fc.nat({ max: 3 }),
      canFail: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )

  /** Edges lead to earlier nodes of no later level; those that would rest on a part that may fail become `uses`. */
  function chunksOf(nodes: readonly Node[], failing: number, events: string[]): BootChunk[] {
    return nodes.map(({ level, edges, turns, canFail }, index) => {
      const targets = [...new Set(edges)].filter((edge) => edge < index && nodes[edge]!.level <= level)
      const soft = (edge: number) => nodes[edge]!.canFail && !canFail
      return {
        name: `n${index}`,
        priority: PRIORITIES[level]!,
        dependsOn: targets.filter((edge) => !soft(edge)).map((edge) => `n${edge}`),
        uses: targets.filter(soft).map((edge) => `n${edge}`),
        canFail,
        describe: 'A node of a random graph.',
        start: async () => {
          events.push(`start n${index}`)
          for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
          if (index === failing) explode()
          events.push(`up n${index}`)
          return { [Symbol.dispose]: () => void events.push(`close n${index}`) }
        },
      }
    })
  }

  const named = (events: readonly string[], verb: string): string[] =>
    events.filter((event) => event.startsWith(`${verb} `)).map((event) => event.slice(verb.length + 1))

  test('every chunk starts after those it waits for and after lower levels, and a stop is the exact reverse', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (nodes) => {
        const events: string[] = []
        const lifecycle = new Lifecycle({ clock: () => 0, log: silent })
        const chunks = chunksOf(nodes, -1, events)
        const report = await boot(chunks, { lifecycle, guardian: sound, clock: () => 0, log: silent })
        expect(report.status).toBe('ready')
        for (const { name, priority, dependsOn = [], uses = [] } of chunks) {
          const lower = chunks.filter((other) => other.priority < priority).map((other) => other.name)
          for (const earlier of [...dependsOn, ...uses, ...lower])
            expect(events.indexOf(`up ${earlier}`)).toBeLessThan(events.indexOf(`start ${name}`))
        }
        await lifecycle.stop('test')
        expect(named(events, 'close')).toEqual(named(events, 'up').reverse())
        expect(named(events, 'up')).toHaveLength(nodes.length)
      }),
      { numRuns: 80 },
    )
  })

  test('one failure closes exactly what had started, or degrades and leaves the rest up', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(), async (nodes, seed) => {
        const failing = seed % nodes.length
        const events: string[] = []
        const lifecycle = new Lifecycle({ clock: () => 0, log: silent })
        const chunks = chunksOf(nodes, failing, events)
        const outcome = boot(chunks, { lifecycle, guardian: sound, clock: () => 0, log: silent })
        if (nodes[failing]!.canFail) {
          const report = await outcome
          expect(report.status).toBe('degraded')
          expect(named(events, 'close')).toEqual([])
          const up = report.chunks.filter(({ status }) => status === 'started').map(({ name }) => name)
          expect(new Set(up)).toEqual(new Set(named(events, 'up')))
        } else {
          expect((await failureOf(outcome)).detail).toBe(`chunk "n${failing}" failed: disk gone`)
          expect(named(events, 'close')).toEqual(named(events, 'up').reverse())
        }
      }),
      { numRuns: 120 },
    )
  })
})
