import type { CapsuleCreate } from '@forge-cascade/contract'
import type { BenchContext } from '../bench-context.ts'
import { FILTER_NAMES, FILTERS, MODEL, type Question } from '../data/corpus.ts'
import { recall, TOP } from '../data/truth.ts'
import { InProcess, toBase64, toCreate } from '../instance/in-process.ts'
import { withCpu } from '../measure/cpu.ts'
import { withLag } from '../measure/own-lag.ts'
import { medianOf, quantilesOf, timeEach } from '../measure/quantiles.ts'
import type { TargetName } from '../targets.ts'

/** Documents of one list, and lists under way at once all the time: what an importer does. */
const BULK = 500
const BULKS_IN_FLIGHT = 4
const CREATES = { 1: 400, 8: 1600, 64: 4800 } as const
const CHAIN = 10_000
const CHAIN_BATCH = 1000
const CHAIN_NODES_MAX = 20_000
/** The time the store gets to tidy up after a load, before it is asked. */
const SETTLE_MS = 2000

/** What a loaded store leaves behind for the sections that follow. */
export interface Loaded {
  /** Document number by capsule id. */
  readonly numbers: ReadonlyMap<string, number>
  /** The youngest of a chain of 10,000. */
  readonly chainEnd: string
}

/** Loads the corpus into the folder and measures the use cases without a door. */
export async function measureInProcess(context: BenchContext, folder: string, isMeasured: boolean): Promise<Loaded> {
  const { report } = context
  await using instance = await InProcess.open(folder)
  report.begin('In process: store and use cases, no HTTP')
  const numbers = await load(context, instance)
  const chain = await instance.createChain(CHAIN, CHAIN_BATCH)
  const chainEnd = chain.at(-1) ?? ''
  if (!isMeasured) return { numbers, chainEnd }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  await measureSearches(context, instance, numbers)
  await measureChain(context, instance, chainEnd)
  return { numbers, chainEnd }
}

/** Creates in process, measured after the searches: each adds a document that brute force does not know. */
export async function measureCreatesInProcess({ report, corpus }: BenchContext, folder: string): Promise<void> {
  await using instance = await InProcess.open(folder)
  report.begin('Durable creates in process: fsync before the receipt')
  const { lag } = await withLag(async () => {
    // It reads what near-duplicates are looked up by, unless the store has been idle for a moment before.
    const first = await createAtOnce(instance, corpus.draw(1).map(toCreate), 1)
    report.value('first write after the store was opened', first.seconds * 1000, 'ms')
    for (const [clients, count] of Object.entries(CREATES)) {
      const inputs = corpus.draw(count).map(toCreate)
      const target = clients === '64' ? 'createsInProcess' : undefined
      const { times, seconds, cpuMs } = await createAtOnce(instance, inputs, Number(clients))
      report.rate(`${clients} at once`, count / seconds, 'creates', quantilesOf(times), target)
      report.value('  processor time, all threads', cpuMs, 'ms each')
    }
  })
  report.lag('creates', lag)
}

/** @param inputs taken from their end. */
export async function createAtOnce(instance: InProcess, inputs: CapsuleCreate[], clients: number) {
  const [times, count, startedAt]: [number[], number, number] = [[], inputs.length, performance.now()]
  const client = async (): Promise<void> => {
    for (let input = inputs.pop(); input; input = inputs.pop()) {
      const begun = performance.now()
      await instance.create([input])
      times.push(performance.now() - begun)
    }
  }
  const { cpuMs } = await withCpu(() => Promise.all(Array.from({ length: clients }, client)), count)
  return { times, seconds: (performance.now() - startedAt) / 1000, cpuMs }
}

/** As many lists under way as an importer has, all the time: whichever is durable makes room for the next. */
async function load({ report, corpus }: BenchContext, instance: InProcess): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  const { documents } = corpus
  let next = 0
  const importer = async (): Promise<void> => {
    while (next < documents.length) {
      const from = next
      next += BULK
      const created = await instance.create(documents.slice(from, next).map(toCreate))
      for (const [at, { outcome }] of created.entries()) {
        if (outcome.ok && outcome.receipt.id !== null) numbers.set(outcome.receipt.id, from + at)
      }
      if ((from / BULK) % 40 === 0) report.progress(`loaded ${numbers.size} of ${documents.length}`)
    }
  }
  const importers = () => Promise.all(Array.from({ length: BULKS_IN_FLIGHT }, importer))
  const startedAt = performance.now()
  const { value, lag } = await withLag(() => withCpu(importers, documents.length))
  const seconds = (performance.now() - startedAt) / 1000
  report.rate('bulk load with given vectors', documents.length / seconds, 'docs', undefined, 'bulkInProcess')
  report.value('  processor time, all threads', value.cpuMs, 'ms a document')
  report.lag('bulk load', lag)
  return numbers
}

async function measureSearches(
  { report, corpus, truth, options }: BenchContext,
  instance: InProcess,
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  const { questions } = corpus
  const measure = async (name: string, call: (question: Question) => Promise<unknown>, target?: TargetName) => {
    const count = questions.length * (options.rounds + 1)
    const { value, cpuMs } = await withCpu(() => rounds(options.rounds, () => timeEach(questions, call)), count)
    report.times(name, value, target)
    report.value('  processor time, all threads', cpuMs, 'ms each')
  }
  const { lag } = await withLag(async () => {
    for (const name of FILTER_NAMES) {
      const { share, search } = FILTERS[name]
      const filter = await instance.filterOf(search)
      const nearest = ({ vector }: Question) => instance.nearest(vector, filter, TOP)
      await measure(`vector, top 10 of the store, filter ${name} (${share})`, nearest, 'vector')
      const found: number[][] = []
      for (const question of questions.slice(0, options.recallQuestions)) {
        found.push((await nearest(question)).flatMap((id) => numbers.get(id) ?? []))
      }
      report.value(`vector, recall@10, filter ${name} (${share})`, recall(found, truth[name]), '', 'recall')
      const ask = ({ vector }: Question) =>
        instance.search({ mode: 'vector', embedding: toBase64(vector), embedding_model: MODEL, ...search })
      await measure(`vector, ten capsules read, filter ${name}`, ask, 'vector')
    }
    await measure('words, 3 of a document', ({ words }) => instance.search({ mode: 'lexical', q: words }))
    await measure('words, 12 in a row', ({ sentence }) => instance.search({ mode: 'lexical', q: sentence }))
    await measure('hybrid, 3 words and a vector', ({ words, vector }) =>
      instance.search({ mode: 'hybrid', q: words, embedding: toBase64(vector), embedding_model: MODEL }),
    )
  })
  report.lag('searches', lag)
}

async function measureChain({ report, options }: BenchContext, { store }: InProcess, end: string): Promise<void> {
  const walk = async () => {
    const lineage = await store.capsules.lineage(end, { direction: 'ancestors', nodesMax: CHAIN_NODES_MAX })
    if (lineage?.nodes.length !== CHAIN) throw new Error(`the chain has ${lineage?.nodes.length} nodes`)
  }
  const times = await rounds(options.rounds, () => timeEach(Array.from({ length: 10 }), walk))
  report.times('ancestors over a chain of 10,000', times, 'chain')
}

async function rounds(count: number, round: () => Promise<readonly number[]>) {
  await round()
  const all = []
  for (let at = 0; at < count; at++) all.push(quantilesOf(await round()))
  return medianOf(all)
}
