import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import { Health } from '#boot'
import { Lifecycle } from '#lifecycle'
import { createLogger } from '#observability'
import { openTestStore } from '../src/adapters/sqlite/testing.ts'
import { openImportWorld } from '../src/domain/capsules/import/testing.ts'
import { SIMILARITY_COLLECTION } from '../src/domain/capsules/use-cases/link-similar.ts'
import { type HttpWorld, openHttpWorld } from '../src/edge/http/testing.ts'
import { createTestClock } from '../src/platform/store/testing.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const STEPS_MAX = 25

const root = mkdtempSync(join(tmpdir(), 'cascade-clock-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What a person does; times are jumps of the clock before it, in both directions. */
interface Step {
  readonly jumpMs: number
  readonly act: 'create' | 'change' | 'link' | 'archive'
  readonly which: number
}

const steps = fc.array(
  fc.record({
    jumpMs: fc.oneof(fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }), fc.constantFrom(0, 1, -1, -HOUR_MS)),
    act: fc.constantFrom('create' as const, 'change' as const, 'change' as const, 'link' as const, 'archive' as const),
    which: fc.nat(1000),
  }),
  { minLength: 2, maxLength: STEPS_MAX },
)

/** Carries out the steps and gives the ids in the order of their making. */
async function carryOut(http: HttpWorld, plan: readonly Step[]): Promise<string[]> {
  const ids: string[] = []
  for (const [index, { jumpMs, act, which }] of plan.entries()) {
    http.world.time.advance(jumpMs)
    const id = ids[which % Math.max(1, ids.length)]
    if (act === 'create' || id === undefined) ids.push(await create(http, `Note ${index}.`))
    else if (act === 'change') await change(http, id, `Note ${index}, changed.`)
    else if (act === 'link') await link(http, id, ids.at(-1) ?? id)
    else {
      await http.send('DELETE', `/v2/capsules/${id}`)
      await http.send('POST', `/v2/capsules/${id}/restore`)
    }
  }
  return ids
}

async function create(http: HttpWorld, content: string): Promise<string> {
  const answer = await http.send('POST', '/v2/capsules', { body: { content, type: 'knowledge' } })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json().id
}

async function change(http: HttpWorld, id: string, content: string): Promise<void> {
  const etag = String((await http.send('GET', `/v2/capsules/${id}`)).headers.etag)
  const answer = await http.send('PUT', `/v2/capsules/${id}`, { body: { content }, headers: { 'if-match': etag } })
  expect(answer.statusCode, answer.body).toBe(200)
}

async function link(http: HttpWorld, from: string, to: string): Promise<void> {
  if (from === to) return
  const answer = await http.send('POST', `/v2/capsules/${from}/links`, { body: { to, kind: 'RELATED_TO' } })
  expect(answer.statusCode, answer.body).toBeLessThan(300)
}

interface VersionTimes {
  readonly version: string
  readonly created_at: string
  readonly valid_from: string
  readonly valid_to: string | null
}

/** The laws of a capsule's times, whatever the clock did. */
async function checkCapsule(http: HttpWorld, id: string): Promise<void> {
  const page = (await http.send('GET', `/v2/capsules/${id}/versions?limit=100`)).json()
  const oldestFirst: readonly VersionTimes[] = page.items.toReversed()
  for (const [index, version] of oldestFirst.entries()) {
    const next = oldestFirst[index + 1]
    expect(version.valid_to === null || version.valid_to >= version.valid_from).toBe(true)
    if (next === undefined) continue
    expect(next.created_at >= version.created_at).toBe(true)
    expect(next.valid_from >= version.valid_from).toBe(true)
    expect(version.valid_to).toBe(next.valid_from)
  }
  const head = oldestFirst.at(-1)
  if (head === undefined) throw new Error(`${id} has no version`)
  for (const time of [`as_of=${head.valid_from}`, `known_at=${head.created_at}&as_of=${head.valid_from}`]) {
    const read = await http.send('GET', `/v2/capsules/${id}?${time}`)
    expect([time, read.json().version]).toEqual([time, head.version])
  }
}

/** The log is dense and its times never run backwards. */
async function checkLog(http: HttpWorld): Promise<void> {
  const { store } = http.world.context
  const leaves = await store.ledger.range(0, store.head() + 1)
  const times = leaves.map(({ leaf }) => Date.parse(leaf.time))
  expect(leaves.map(({ leaf }) => leaf.index)).toEqual(times.map((_, index) => index))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect((await store.ledger.verifyChain(0)).firstBad).toBeUndefined()
}

test('whatever the clock does, versions follow each other, reads of the past find them and the log is in order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      await using http = await openHttpWorld()
      const ids = await carryOut(http, plan)
      expect(ids).toEqual(ids.toSorted())
      for (const id of ids) await checkCapsule(http, id)
      await checkLog(http)
    }),
    { numRuns: 12 },
  )
})

test('the same on the disk, over a restart with a clock that was set back', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, fc.uuid(), async (before, after, name) => {
      const directory = join(root, name)
      const time = createTestClock()
      let ids: string[] = []
      for (const plan of [before, after]) {
        await using store = await openTestStore(directory, {
          clock: time.clock,
          collections: [SIMILARITY_COLLECTION, { name: 'imported_trust', indexes: [] }],
        })
        const world = await openHttpWorld({
          context: (given) => ({ ...given, capsules: { ...given.capsules, store } }),
        })
        await using http = { ...world, world: { ...world.world, time, context: { ...world.world.context, store } } }
        ids = [...ids, ...(await carryOut(http, plan))]
        for (const id of ids) await checkCapsule(http, id)
        await checkLog(http)
        time.advance(-3 * DAY_MS)
      }
    }),
    { numRuns: 3 },
  )
})

test('a receipt that was written while the clock was behind is known when it is right again', async () => {
  const directory = join(root, 'receipts')
  const time = createTestClock()
  await using store = await openTestStore(directory, {
    clock: time.clock,
    collections: [{ name: 'imported_trust', indexes: [] }],
  })
  await using world = await openHttpWorld({
    context: (given) => ({ ...given, capsules: { ...given.capsules, store } }),
  })
  const send = async (key: string) => {
    const body = { content: `Note under ${key}.`, type: 'knowledge', dedupe: 'none' }
    const answer = await world.send('POST', '/v2/capsules', { body, headers: { 'idempotency-key': key } })
    expect(answer.statusCode, answer.body).toBeLessThan(300)
    return answer.json().id
  }
  await send('one')
  time.advance(-2 * DAY_MS)
  const second = await send('two')
  time.advance(2 * DAY_MS + 60_000)
  expect(await send('two')).toBe(second)
  time.advance(DAY_MS)
  expect(await send('two')).not.toBe(second)
})

test('a finding about the store is not believed for days because the clock was set back', async () => {
  const time = createTestClock()
  const log = createLogger({ stream: { write: () => true }, clock: time.clock })
  const lifecycle = new Lifecycle({ clock: time.clock, log })
  lifecycle.markReady()
  const health = new Health(lifecycle, time.clock, log)
  let isWell = true
  health.register('store', () => ({ status: isWell ? 'ok' : 'failed', detail: '' }))
  expect((await health.ready()).status).toBe('ok')
  isWell = false
  time.advance(-DAY_MS)
  expect((await health.ready()).status).toBe('failed')
})

test('the times of an import are in order while the clock jumps', async () => {
  const folder = mkdtempSync(join(root, 'import-'))
  for (let index = 0; index < 30; index++)
    writeFileSync(join(folder, `${index}.md`), `# Note ${index}\n\nText ${index}.\n`)
  let time = Date.UTC(2026, 2, 1)
  let turn = 0
  // Every look at the clock finds it elsewhere, by an hour at most.
  const clock = () => (time += turn++ % 2 === 0 ? -HOUR_MS : HOUR_MS / 2)
  const world = await openImportWorld({ clock })
  const job = await world.run(folder)
  expect(job).toMatchObject({ state: 'completed', imported: 30 })
  expect(job.updated_at >= job.started_at).toBe(true)
  expect((job.finished_at ?? '') >= job.updated_at).toBe(true)
  expect(job.rate_per_s === null || job.rate_per_s >= 0).toBe(true)
})

test('ids grow strictly over any walk of the clock', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -DAY_MS, max: DAY_MS }), { maxLength: 200 }), (jumps) => {
      const time = createTestClock()
      const newId = createUuidV7(time.clock, systemRandom)
      const ids = jumps.map((jump) => {
        time.advance(jump)
        return newId()
      })
      expect(ids).toEqual([...new Set(ids)].toSorted())
    }),
  )
})
