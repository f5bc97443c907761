import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { LiveRouting, parseRouting } from '#routing'
import { CanaryDrift } from './canary-drift.ts'
import { openAiProvider } from './openai-embedder.ts'
import { RoutedEmbedder } from './routed-embedder.ts'
import {
  type EmbeddingsServer,
  SERVED_DIMENSIONS,
  servedVector,
  startEmbeddingsServer,
} from './testing/embeddings-server.ts'

const RULES = `version: 1
providers:
  east: { url: "http://127.0.0.1:1/v1", model: m, circuit: { failures: 2, open_ms: 1000 } }
  west: { url: "http://127.0.0.1:1/v1", model: m, circuit: { failures: 2, open_ms: 1000 } }
rules:
  - name: east-first
    split: [{ provider: east, weight: 1 }]
    fallbacks: [west]
`

const provider = (baseUrl: string, timeoutMs = 5000) =>
  openAiProvider({ baseUrl, model: 'm', timeoutMs }, 'm', SERVED_DIMENSIONS)

let [now, warned] = [0, [] as string[]]
let stack: AsyncDisposableStack
let [home, east, west] = [] as unknown as [EmbeddingsServer, EmbeddingsServer, EmbeddingsServer]

beforeEach(async () => {
  ;[now, warned, stack] = [0, [], new AsyncDisposableStack()]
  for (const set of [
    (one: EmbeddingsServer) => (home = one),
    (one: EmbeddingsServer) => (east = one),
    (one: EmbeddingsServer) => (west = one),
  ])
    set(stack.use(await startEmbeddingsServer()))
})
afterEach(() => stack.disposeAsync())

function open({
  eastUrl = east.url,
  timeoutMs = 5000,
  drift,
}: {
  eastUrl?: string
  timeoutMs?: number
  drift?: CanaryDrift
} = {}) {
  const live = new LiveRouting({ clock: () => now, ...(drift && { drift }) })
  const warn = (message: string) => void warned.push(message)
  const embedder = stack.use(new RoutedEmbedder({ configured: provider(home.url), live, clock: () => now, warn }))
  const use = (text: string) => {
    const { rules } = parseRouting(text, { model: 'm', dimensions: SERVED_DIMENSIONS })
    live.use(rules!)
    embedder.use(
      new Map([
        ['east', provider(eastUrl, timeoutMs)],
        ['west', provider(west.url)],
      ]),
    )
  }
  return { live, embedder, use }
}

const count = ({ asked }: EmbeddingsServer) => [...asked.values()].reduce((sum, times) => sum + times, 0)

describe('routed embedding', () => {
  test('without rules asks the configured embedder and nobody else', async () => {
    const { embedder } = open()
    expect(await embedder.embed(['one'], 'query')).toEqual([servedVector('one')])
    expect([count(home), count(east), count(west)]).toEqual([1, 0, 0])
  })

  test.for([
    { name: 'answers 500', set: () => (east.refuse = () => 500) },
    { name: 'answers 429', set: () => (east.refuse = () => 429) },
    { name: 'refuses the key', set: () => (east.refuse = () => 401) },
    { name: 'sends vectors of another length', set: () => (east.dimensions = 7) },
  ])('asks the next where one $name, once, and stops asking it after its failures', async ({ set }) => {
    const { embedder, live, use } = open()
    use(RULES)
    set()
    for (const text of ['one', 'two', 'three'])
      expect(await embedder.embed([text], 'query')).toEqual([servedVector(text)])
    expect([count(home), count(west)]).toEqual([0, 3])
    expect(live.standing('east')).toMatchObject({ circuit: 'open', calls: 2, failures: 2 })
    expect(warned).toEqual(['a provider of embeddings fails and is not asked for a while'])
    expect(live.failureScore()).toBe(40)
  })

  test('a provider that takes too long is left for the next within its timeout', async () => {
    const held = createServer(() => undefined)
    await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve))
    stack.defer(() => {
      held.closeAllConnections()
      held.close()
    })
    // A server that listens on a port has such an address.
    const { port } = held.address() as AddressInfo
    const { embedder, live, use } = open({ eastUrl: `http://127.0.0.1:${port}/v1`, timeoutMs: 50 })
    use(RULES)
    expect(await embedder.embed(['one'], 'query')).toEqual([servedVector('one')])
    expect(live.standing('east').failures).toBe(1)
  })

  test('one that nobody listens at is left, probed when its time is over, and asked again once it answers', async () => {
    const { embedder, live, use } = open({ eastUrl: 'http://127.0.0.1:1/v1' })
    use(RULES)
    for (const text of ['one', 'two']) await embedder.embed([text], 'query')
    expect(live.standing('east').circuit).toBe('open')
    embedder.use(
      new Map([
        ['east', provider(east.url)],
        ['west', provider(west.url)],
      ]),
    )
    now = 999
    await embedder.embed(['three'], 'query')
    expect(count(east)).toBe(0)
    now = 1000
    await embedder.embed(['four'], 'query')
    expect([count(east), live.standing('east').circuit]).toEqual([1, 'closed'])
    expect(warned.at(-1)).toBe('a provider of embeddings answers again')
  })

  test('texts that a provider refuses, and calls that are given up, count against nobody', async () => {
    const { embedder, live, use } = open()
    use(RULES)
    east.refuse = () => 400
    west.refuse = () => 413
    for (let time = 0; time < 5; time++)
      await expect(embedder.embed(['too long'], 'document')).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
    const reason = new Error('enough')
    await expect(embedder.embed(['one'], 'query', AbortSignal.abort(reason))).rejects.toBe(reason)
    expect([live.standing('east'), live.standing('west')]).toMatchObject([
      { circuit: 'closed', failures: 0 },
      { circuit: 'closed', failures: 0 },
    ])
  })

  test('where nobody answers, says of each why, without its path and key', async () => {
    const { embedder, use } = open()
    use(RULES)
    east.refuse = west.refuse = () => 500
    const failed = embedder.embed(['one'], 'query')
    await expect(failed).rejects.toBeInstanceOf(CascadeError)
    await expect(failed).rejects.toThrow(/east: http:\/\/127\.0\.0\.1:\d+ gives no embeddings: status 500 .*; west: /)
    await embedder.embed(['two'], 'query').catch(() => undefined)
    await expect(embedder.embed(['three'], 'query')).rejects.toThrow('every circuit is open')
  })

  test('blank texts ask nobody, so that they close no circuit', async () => {
    const { embedder, live, use } = open()
    use(RULES)
    expect(await embedder.embed([' '], 'query')).toEqual([new Float32Array(SERVED_DIMENSIONS)])
    expect(live.standing('east').calls).toBe(0)
  })

  test('who asks reaches the rules', async () => {
    const { embedder, use } = open()
    use(RULES.replace('    split', '    when: { subject: scout, action: capsule.search }\n    split'))
    const scout = { id: 's', name: 'scout', kind: 'agent', roles: [], trust: 60 } as const
    await embedder.embed(['one'], 'query', undefined, { action: 'capsule.search', subject: scout })
    await embedder.embed(['two'], 'query', undefined, { action: 'capsule.search', subject: { ...scout, name: 'ada' } })
    expect([count(home), count(east)]).toEqual([1, 1])
  })

  test('a provider that is taken away ends with its last call, and not before', async () => {
    const { embedder, use } = open()
    use(RULES)
    const asked = embedder.embed(['one'], 'query')
    embedder.use(new Map())
    expect(await asked).toEqual([servedVector('one')])
    expect(count(east)).toBe(1)
  })
})

test('answers that drift from those of the model cost a provider a part of its weight, which shows', async () => {
  const drift = new CanaryDrift(() => now)
  const { embedder, live, use } = open({ drift })
  use(RULES)
  await drift.measure(embedder)
  expect([live.standing('east').drift, live.standing('east').factor]).toEqual([
    { value: expect.closeTo(0), samples: 3, at: 0 },
    1,
  ])
  east.skew = true
  for (let time = 0; time < 4; time++) await drift.measure(embedder)
  expect(live.standing('east').drift?.value).toBeGreaterThan(0.9)
  expect(live.standing('east').factor).toBeCloseTo(0.55, 1)
  expect(live.standing('west').factor).toBe(1)
})
