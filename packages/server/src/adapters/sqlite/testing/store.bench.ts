/**
 * What the store does in process, printed as a table: `node store.bench.ts [documents]`. Documents of about 60 words of a
 * Zipf vocabulary with topics, 384 numbers in clusters, as in the comparison with other stores.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { saltedDigest } from '#base'
import type { CapsuleDraft, CapsuleFilter } from '#capsules'
import type { Command } from '#store'
import { draftOf } from '../../../domain/capsules/testing.ts'
import { commandId, createSeeded, grantOf, nextId, recordOf } from '../../../platform/store/testing.ts'
import { DATABASE_FILE, openSqliteStore, type SqliteStore } from '../index.ts'
import { TOPICS, ZipfLanguage } from './zipf-language.ts'

const DOCUMENTS = Number(process.argv[2] ?? 100_000)
const DIMENSIONS = 384
const MODEL = 'bench'
const BATCH = 1000
const QUERIES = 200
const CREATES_PER_CLIENT = 50
const OWNERS = 300

const random = createSeeded(7)
const folder = mkdtempSync(join(tmpdir(), 'cascade-bench-'))
const language = new ZipfLanguage(random)
const centres = Array.from({ length: TOPICS }, () => gaussian(1))
const owners = Array.from({ length: OWNERS }, () => nextId())

async function main(): Promise<void> {
  let store = await open()
  const lag = monitorEventLoopDelay({ resolution: 5 })
  const probes = await load(store)
  if (process.argv[3] === 'load') process.exit()
  await measureCreates(store)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  lag.enable()
  await measureSearches(store, probes)
  await measureLineage(store)
  lag.disable()
  print('main thread lag while reading, p99', `${(lag.percentile(99) / 1e6 - 5).toFixed(1)} ms`)
  await store[Symbol.asyncDispose]()
  store = await measureRestart(probes)
  await store[Symbol.asyncDispose]()
  print('file', `${(statSync(join(folder, DATABASE_FILE)).size / 1e6).toFixed(0)} MB`)
  rmSync(folder, { recursive: true })
}

const open = (): Promise<SqliteStore> => openSqliteStore({ directory: folder, collections: [] })

async function load(store: SqliteStore): Promise<CapsuleDraft[]> {
  const drafts: CapsuleDraft[] = []
  const lag = monitorEventLoopDelay({ resolution: 5 })
  let spent = 0
  let cpu = process.cpuUsage()
  let cpuSpent = 0
  for (let from = 0; from < DOCUMENTS; from += BATCH * 4) {
    const batches = Array.from({ length: 4 }, () => Array.from({ length: BATCH }, () => makeDraft()))
    if (drafts.length < QUERIES) drafts.push(...batches[0]!.slice(0, QUERIES))
    const commands = batches.map((batch) => batch.map((draft) => createCommand(store, draft, 'lines')))
    lag.enable()
    cpu = process.cpuUsage()
    const before = performance.now()
    const outcomes = await Promise.all(commands.map((batch) => store.append(batch)))
    spent += performance.now() - before
    const used = process.cpuUsage(cpu)
    cpuSpent += (used.user + used.system) / 1e6
    lag.disable()
    const failed = outcomes.flat().find(({ ok }) => !ok)
    if (failed) throw new Error(`a create failed: ${JSON.stringify(failed)}`)
  }
  print('load, append of 1,000', `${perSecond(DOCUMENTS, spent)}   (${cpuSpent.toFixed(1)} CPU s)`)
  print('main thread lag while loading, p99', `${(lag.percentile(99) / 1e6 - 5).toFixed(1)} ms`)
  return drafts
}

async function measureCreates(store: SqliteStore): Promise<void> {
  for (const clients of [1, 16, 64]) {
    const work = Array.from({ length: clients }, () =>
      Array.from({ length: clients === 1 ? 500 : CREATES_PER_CLIENT }, () =>
        createCommand(store, makeDraft(), 'command'),
      ),
    )
    const times: number[] = []
    const cpu = process.cpuUsage()
    const before = performance.now()
    await Promise.all(
      work.map(async (commands) => {
        for (const command of commands) times.push(await timed(() => store.append([command])))
      }),
    )
    const rate = perSecond(times.length, performance.now() - before)
    const { user, system } = process.cpuUsage(cpu)
    const each = ((user + system) / 1000 / times.length).toFixed(2)
    print(`creates, ${clients} clients, durable before the ack`, `${rate}   ${quantiles(times)}   (CPU ${each} ms)`)
  }
}

async function measureSearches(store: SqliteStore, probes: readonly CapsuleDraft[]): Promise<void> {
  const filters: Record<string, CapsuleFilter> = {
    none: { minTrust: 40 },
    'trust ≥ 70 (50 %)': { minTrust: 70 },
    'tag (5 %)': { minTrust: 40, tags: ['tag3'] },
    'owner (0.3 %)': { minTrust: 40, owner: owners[7]! },
  }
  const questions = probes.map(({ content, embedding }) => {
    const words = content.split(' ').toSorted((a, b) => b.length - a.length)
    return { text: words.slice(0, 3).join(' '), embedding: near(embedding!) }
  })
  for (const [name, filter] of Object.entries(filters)) {
    for (const [kind, ask] of Object.entries(KINDS)) {
      const times: number[] = []
      const cpu = process.cpuUsage()
      for (const question of questions) {
        times.push(await timed(() => store.capsules.candidates({ ...ask(question), filter, perSignal: 50 })))
      }
      const { user, system } = process.cpuUsage(cpu)
      const each = ((user + system) / 1000 / questions.length).toFixed(2)
      print(`${kind}, ${name}`, `${quantiles(times)}   (CPU ${each} ms)`)
    }
  }
  const long = probes.slice(0, 50).map(({ content }) => content.split(' ').slice(0, 14).join(' '))
  const times: number[] = []
  for (const text of long) {
    times.push(await timed(() => store.capsules.candidates({ text, filter: { minTrust: 40 }, perSignal: 50 })))
  }
  print('words, 14 words as they come', quantiles(times))
}

type Question = { readonly text: string; readonly embedding: { readonly model: string; readonly vector: Float32Array } }
const KINDS: Readonly<Record<string, (question: Question) => Partial<Question>>> = {
  vector: ({ embedding }) => ({ embedding }),
  words: ({ text }) => ({ text }),
  hybrid: (question) => question,
}

async function measureLineage(store: SqliteStore): Promise<void> {
  const chain: CapsuleDraft[] = []
  for (let link = 0; link < 10_000; link++) {
    const before = chain.at(-1)
    const parents = before ? [{ id: before.id, version: '1.0.0', reason: 'derived', at: Date.now() }] : []
    chain.push({ ...makeDraft(), embedding: null, parents })
  }
  for (let from = 0; from < chain.length; from += BATCH) {
    await store.append(chain.slice(from, from + BATCH).map((draft) => createCommand(store, draft, 'lines')))
  }
  for (const [direction, start] of [
    ['ancestors', chain.at(-1)],
    ['descendants', chain[0]],
  ] as const) {
    const times: number[] = []
    for (let repeat = 0; repeat < 20; repeat++) {
      times.push(await timed(() => store.capsules.lineage(start!.id, { direction, nodesMax: 20_000 })))
    }
    print(`lineage, ${direction} over 10,000 steps`, quantiles(times))
  }
}

async function measureRestart(probes: readonly CapsuleDraft[]): Promise<SqliteStore> {
  const before = performance.now()
  const store = await open()
  const opened = performance.now()
  await store.capsules.candidates({ embedding: probes[0]!.embedding!, filter: {}, perSignal: 10 })
  print(
    'restart',
    `open ${(opened - before).toFixed(0)} ms, first answer ${(performance.now() - before).toFixed(0)} ms`,
  )
  return store
}

function createCommand(store: SqliteStore, draft: CapsuleDraft, reach: 'command' | 'lines'): Command {
  const grant = grantOf('capsule.create', { subject: draft.author, reach })
  const digests = { content: saltedDigest(draft.digestKey, draft.content) }
  const payload = { version: '1.0.0', type: draft.type, owner: draft.owner, trust: draft.trust, parents: [] }
  const subject = `capsule/${draft.id}` as const
  return {
    id: commandId(),
    grant,
    changes: [store.capsules.create(grant, draft, 'scope')],
    records: [recordOf(grant, { category: 'capsule', type: 'capsule.created', subject, digests, payload })],
    events: [{ type: 'cascade.capsule.created', subject, data: { id: draft.id, ...payload } }],
  }
}

function makeDraft(): CapsuleDraft {
  const topic = Math.floor(random() * TOPICS)
  const owner = owners[Math.floor(random() * OWNERS)]!
  return draftOf({
    owner,
    author: owner,
    trust: 40 + Math.floor(random() * 61),
    content: language.write(topic, 60),
    tags: [`tag${Math.floor(random() * 20)}`],
    embedding: { model: MODEL, vector: around(centres[topic]!, 0.9) },
  })
}

function gaussian(scale: number): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    return scale * radius * Math.cos(2 * Math.PI * random())
  })
}

function around(centre: Float32Array, spread: number): Float32Array {
  const noise = gaussian(spread)
  return normalised(centre.map((value, index) => value + noise[index]!))
}

const near = ({ model, vector }: Question['embedding']) => ({ model, vector: around(vector, 0.02) })

function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

function quantiles(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2)
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`
}

const perSecond = (count: number, ms: number): string => `${Math.round((count / ms) * 1000)}/s`

const print = (what: string, value: string): void => {
  process.stdout.write(`${what.padEnd(48)} ${value}\n`)
}

await main()
