import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { openOpenAiEmbedder } from '../../../adapters/models/index.ts'
import { createStaticEmbedder } from '../../../adapters/models/static/static-embedder.ts'
import { STATIC_DIMENSIONS, STATIC_MODEL } from '../../../adapters/models/static/static-table.ts'
import {
  type EmbeddingsServer,
  SERVED_DIMENSIONS,
  servedVector,
  startEmbeddingsServer,
} from '../../../adapters/models/testing/embeddings-server.ts'
import { codeOf } from '../../../platform/store/testing.ts'
import type { AskContext } from '../ask/ask.ts'
import { type Embedder, Embedders } from '../embedding/index.ts'
import { searchCapsules } from '../search/search-capsules.ts'
import { createCapsule } from '../use-cases/create-capsules.ts'
import { openWorld, type World } from '../use-cases/testing.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import { ModelChange, TEND_MS } from './model-change.ts'

const BUILTIN = STATIC_MODEL
const SERVED = 'served-model'

let world: World
let server: EmbeddingsServer
beforeEach(async () => {
  world = await openWorld()
  server = await startEmbeddingsServer()
})
afterEach(() => server[Symbol.asyncDispose]())

const openServed = (dimensions?: number): Promise<Embedder> =>
  openOpenAiEmbedder({ baseUrl: server.url, model: SERVED, dimensions, sleep: async () => undefined, attemptsMax: 1 })

interface Instance {
  readonly context: AskContext
  readonly change: ModelChange
  readonly warnings: readonly string[]
  /** Steps until there is nothing to do; answers how many did something. */
  run(stepsMax?: number): Promise<number>
}

/** An instance over the world's store, as it is after a start with that embedder. */
async function start(configured: Embedder, openFormer = findBuiltin): Promise<Instance> {
  const { store, newId, clock } = world.context
  const embedders = new Embedders(configured)
  const warnings: string[] = []
  const grant = () => world.call('system.maintain').grant
  const warn = (message: string): void => void warnings.push(message)
  const options = { store, embedders, configured, openFormer, clock, newId, warn }
  const change = await ModelChange.open(options, grant)
  const context = Object.defineProperties(
    { ...world.context },
    { embedder: { get: () => embedders.active }, shadowEmbedder: { get: () => embedders.shadow } },
  )
  const run = async (stepsMax = 1000) => {
    const { signal } = new AbortController()
    let steps = 0
    while (steps < stepsMax && (await change.step(grant, signal))) steps++
    return steps
  }
  return { context, change, warnings, run }
}

const findBuiltin = (model: string): Embedder | undefined => (model === BUILTIN ? createStaticEmbedder() : undefined)

const TEXTS = ['the potoroo digs for truffles', 'a numbat eats termites', 'wombats live in burrows', 'quokkas smile']

async function addAll(context: AskContext, texts: readonly string[] = TEXTS): Promise<readonly string[]> {
  const ids: string[] = []
  for (const content of texts) {
    const { outcome } = await createCapsule(context, world.call('capsule.create'), { content, type: 'knowledge' })
    if (!outcome.ok) throw outcome.error
    ids.push(outcome.receipt.id ?? '')
  }
  return ids
}

const ask = async (context: AskContext, q: string) => {
  const { hits, notices } = await searchCapsules(context, { q, limit: 10, mode: 'hybrid', explain: false })
  return {
    found: hits.map(({ capsule, candidate }) => ({ id: capsule.id, vector: candidate.signals.vector })),
    notices,
  }
}

describe('a store without a model', () => {
  test('takes the model that is configured at its first start, and has nothing to do after that', async () => {
    const { change, context, run } = await start(createStaticEmbedder())
    await addAll(context)
    expect(await change.state()).toMatchObject({
      spaces: { active: { model: BUILTIN, filled: 4 }, shadow: null, versions: 4 },
      isActiveAvailable: true,
      change: null,
    })
    expect(await run()).toBe(0)
    expect(await codeOf(() => change.start(world.call('system.embed')))).toBe('CONFLICT')
    expect(await codeOf(() => change.pause(world.call('system.embed')))).toBe('CONFLICT')
    expect(await codeOf(() => change.resume(world.call('system.embed')))).toBe('CONFLICT')
    expect(await codeOf(() => change.cancel(world.call('system.embed')))).toBe('CONFLICT')
  })
})

describe('another model', () => {
  test('answers stay the same until the switch, and are those of the new model after it', async () => {
    const before = await start(createStaticEmbedder())
    await addAll(
      before.context,
      Array.from({ length: 300 }, (_, index) => `${TEXTS[index % 4]} in the year ${index}`),
    )
    const answers = await ask(before.context, 'termites of the year 9')
    const { context, change, run } = await start(await openServed())
    expect((await change.state()).change).toMatchObject({ state: 'running', model: SERVED, done: 0, total: 300 })
    expect(await ask(context, 'termites of the year 9')).toEqual(answers)
    await run(2)
    expect((await change.state()).change).toMatchObject({ state: 'running', done: 256, total: 300 })
    expect(await ask(context, 'termites of the year 9')).toEqual(answers)
    await run()
    expect(await change.state()).toMatchObject({
      spaces: { active: { model: SERVED, dimensions: SERVED_DIMENSIONS, filled: 300 }, shadow: null, retired: [] },
      change: null,
    })
    expect(context.embedder.model).toBe(SERVED)
    const [hit] = (await context.store.capsules.list({}, { limit: 1 })).items
    const stored = await context.store.capsules.findEmbedding(hit!.id, hit!.version)
    expect(stored).toEqual({ model: SERVED, vector: servedVector(hit!.content) })
    expect((await ask(context, 'termites of the year 9')).notices).toEqual([])
  })

  test('every text is embedded once, whatever is written meanwhile', async () => {
    const before = await start(createStaticEmbedder())
    const [first] = await addAll(before.context)
    const { context, run } = await start(await openServed())
    await addAll(context, ['a bandicoot came later'])
    const input = { content: 'the potoroo digs for other truffles' }
    await updateCapsule(context, world.call('capsule.update'), first!, input, () => true)
    await run()
    const counts = [...server.asked].filter(([text]) => text !== 'dimensions').map(([, count]) => count)
    expect(counts).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('a restart at any step goes on where the rows say, and ends in the same vectors', async () => {
    const before = await start(createStaticEmbedder())
    const ids = await addAll(
      before.context,
      Array.from({ length: 400 }, (_, index) => `note ${index} ${TEXTS[index % 4]}`),
    )
    for (let stops = 0; stops < 6; stops++) await (await start(await openServed())).run(1)
    const { context, change, run } = await start(await openServed())
    await run()
    expect((await change.state()).spaces).toMatchObject({ active: { model: SERVED, filled: 400 }, retired: [] })
    for (const id of ids) {
      const [head] = await context.store.capsules.getHeads([id])
      expect((await context.store.capsules.findEmbedding(id, '1.0.0'))?.vector).toEqual(servedVector(head!.content))
    }
    expect(Math.max(...server.asked.values())).toBeLessThanOrEqual(8)
    expect([...server.asked].every(([text, count]) => text === 'dimensions' || count === 1)).toBe(true)
  })

  test('vectors that callers gave stay where they are, and are found by their model throughout', async () => {
    const before = await start(createStaticEmbedder())
    const given = { content: 'given', type: 'knowledge' as const, embedding: [1, 0, 0], embedding_model: 'theirs' }
    const { outcome } = await createCapsule(before.context, world.call('capsule.create'), given)
    await addAll(before.context)
    const { context, run } = await start(await openServed())
    await run()
    const given3 = { embedding: [1, 0, 0], embedding_model: 'theirs' }
    const { hits } = await searchCapsules(context, { ...given3, mode: 'vector', limit: 3, explain: false })
    expect(hits.map(({ capsule }) => [capsule.id, capsule.embeddingModel])).toEqual([
      [outcome.ok && outcome.receipt.id, 'theirs'],
    ])
    expect(server.asked.has('given')).toBe(false)
  })

  test('without the embedder of the old model, questions are answered by words and say so, and writes go on', async () => {
    const before = await start(await openServed())
    await addAll(before.context)
    const { context, change, run } = await start(createStaticEmbedder())
    expect((await change.state()).isActiveAvailable).toBe(false)
    const { found, notices } = await ask(context, 'numbat')
    expect(found).toHaveLength(1)
    expect(notices.join()).toContain(`${SERVED}, which is not configured any more`)
    await addAll(context, ['a bilby was written meanwhile'])
    expect(await codeOf(() => change.cancel(world.call('system.embed')))).toBe('CONFLICT')
    await run()
    expect((await change.state()).spaces).toMatchObject({ active: { model: BUILTIN, filled: 5 }, versions: 5 })
    expect((await ask(context, 'bilby')).notices).toEqual([])
  })

  test('the same model with other dimensions is another space', async () => {
    const before = await start(await openServed(SERVED_DIMENSIONS))
    await addAll(before.context)
    server.dimensions = 48
    const { change, run } = await start(await openServed(48))
    await run()
    expect((await change.state()).spaces.active).toEqual({ model: `${SERVED}:48`, dimensions: 48, filled: 4 })
    const again = await start(await openServed(48))
    expect((await again.change.state()).change).toBeNull()
  })

  test('back to the old model before the end, the shadow goes and nothing else happens', async () => {
    const before = await start(createStaticEmbedder())
    await addAll(
      before.context,
      Array.from({ length: 200 }, (_, index) => `note ${index}`),
    )
    await (await start(await openServed())).run(1)
    const { context, change, run } = await start(createStaticEmbedder())
    expect(context.shadowEmbedder).toBeUndefined()
    await run()
    expect((await change.state()).spaces).toMatchObject({
      active: { model: BUILTIN, filled: 200 },
      shadow: null,
      retired: [],
    })
    const later = await start(await openServed())
    expect((await later.change.state()).change).toMatchObject({ state: 'running' })
  })
})

describe('a person', () => {
  test('pauses, also over a restart, and resumes', async () => {
    await addAll((await start(createStaticEmbedder())).context)
    const first = await start(await openServed())
    await first.change.pause(world.call('system.embed'))
    expect(await first.run()).toBe(0)
    const { change, run } = await start(await openServed())
    expect([(await change.state()).change?.state, await run()]).toEqual(['paused', 0])
    expect(await codeOf(() => change.pause(world.call('system.embed')))).toBe('CONFLICT')
    await change.resume(world.call('system.embed'))
    await run()
    expect((await change.state()).spaces.active?.model).toBe(SERVED)
  })

  test('cancels for good, and begins again', async () => {
    await addAll((await start(createStaticEmbedder())).context)
    const first = await start(await openServed())
    await first.change.cancel(world.call('system.embed'))
    expect(first.context.shadowEmbedder).toBeUndefined()
    expect(await codeOf(() => first.change.start(world.call('system.embed')))).toBe('CONFLICT')
    await first.run()
    const { change, context, run } = await start(await openServed())
    expect((await change.state()).change).toMatchObject({ state: 'cancelled', model: SERVED })
    expect([context.embedder.model, await run()]).toEqual([BUILTIN, 0])
    await change.start(world.call('system.embed'))
    await run()
    expect((await change.state()).spaces.active?.model).toBe(SERVED)
  })

  test('who cancels while a step is under way is not held up by it', async () => {
    await addAll((await start(createStaticEmbedder())).context)
    const { change, run } = await start(await openServed())
    server.refuse = () => {
      void change.cancel(world.call('system.embed'))
      return 200
    }
    await run()
    server.refuse = undefined
    await run()
    expect(await change.state()).toMatchObject({
      spaces: { shadow: null, retired: [] },
      change: { state: 'cancelled' },
    })
  })
})

describe('an embedder', () => {
  test.for([429, 500, 401])('that answers %i is asked again later, and nothing is lost', async (status) => {
    await addAll((await start(createStaticEmbedder())).context)
    const { change, run, context } = await start(await openServed())
    server.refuse = () => status
    await run()
    const waiting = (await change.state()).change
    expect(waiting).toMatchObject({ state: 'waiting', done: 0, problem: expect.stringContaining(`status ${status}`) })
    await addAll(context, ['written while it is away'])
    expect(await run()).toBe(0)
    server.refuse = undefined
    world.time.advance((waiting?.retryAt ?? 0) - world.time.clock())
    await run()
    expect((await change.state()).spaces).toMatchObject({ active: { model: SERVED, filled: 5 }, versions: 5 })
  })

  test('that gives vectors of another length stops the change before one of them is kept', async () => {
    await addAll((await start(createStaticEmbedder())).context)
    const { change, run } = await start(await openServed(SERVED_DIMENSIONS))
    server.dimensions = 12
    await run()
    expect((await change.state()).change).toMatchObject({ state: 'stopped', done: 0, retryAt: null })
    world.time.advance(3_600_000)
    expect(await run()).toBe(0)
    server.dimensions = SERVED_DIMENSIONS
    await change.resume(world.call('system.embed'))
    await run()
    expect((await change.state()).spaces.active).toMatchObject({ model: SERVED, filled: 4 })
  })

  test('that refuses one text keeps no other from its vector; that one is found by its words', async () => {
    await addAll((await start(createStaticEmbedder())).context, [...TEXTS, 'a poisonous taipan'])
    const { change, run, context, warnings } = await start(await openServed())
    server.refuse = (texts) => (texts.some((text) => text.includes('taipan')) ? 400 : 200)
    for (let round = 0; round < 10; round++) {
      await run()
      world.time.advance(3_600_000)
    }
    expect((await change.state()).spaces).toMatchObject({ active: { model: SERVED, filled: 5 }, versions: 5 })
    expect(warnings).toContain('the model refuses a text')
    expect((await ask(context, 'taipan')).found).toMatchObject([{ vector: undefined }])
  })

  test('that throws something unforeseen is not taken for one that is away', async () => {
    await addAll((await start(createStaticEmbedder())).context)
    const { change } = await start({
      ...(await openServed()),
      model: 'broken',
      dimensions: 4,
      embed: () => Promise.reject(new TypeError('bug')),
    })
    const { signal } = new AbortController()
    await expect(change.step(() => world.call('system.maintain').grant, signal)).rejects.toThrow(TypeError)
  })
})

test('a version without its vector gets it by and by', async () => {
  const { context, run, change } = await start(createStaticEmbedder())
  await run()
  const embedder = {
    ...createStaticEmbedder(),
    embed: async (texts: readonly string[]) => texts.map(() => new Float32Array(STATIC_DIMENSIONS)),
  }
  await createCapsule({ ...context, embedder, shadowEmbedder: undefined }, world.call('capsule.create'), {
    content: 'left out',
    type: 'knowledge',
  })
  await createCapsule(context, world.call('capsule.create'), { content: '!!!', type: 'knowledge' })
  expect((await change.state()).spaces).toMatchObject({ active: { filled: 1 }, versions: 2 })
  world.time.advance(TEND_MS)
  await run()
  expect((await change.state()).spaces).toMatchObject({ active: { filled: 2 }, versions: 2 })
})

test('an end of the process in the middle of a step is no trouble', async () => {
  await addAll((await start(createStaticEmbedder())).context)
  const { change, warnings } = await start(await openServed())
  const stop = new AbortController()
  server.refuse = () => {
    stop.abort(new CascadeError('UNAVAILABLE', 'closing'))
    return 200
  }
  expect(await change.step(() => world.call('system.maintain').grant, stop.signal)).toBe(false)
  expect(warnings).toEqual([])
})
