import type { BenchContext } from '../bench-context.ts'
import { FILTER_NAMES, FILTERS, type Filter, MODEL, type Question } from '../data/corpus.ts'
import { recall, TOP } from '../data/truth.ts'
import { InProcess, toCreate } from '../instance/in-process.ts'
import { withLag } from '../measure/own-lag.ts'
import { medianOf, quantilesOf, timeEach } from '../measure/quantiles.ts'

/** Documents of one list, and lists under way at once: what an importer does. */
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
  await measureCreates(context, instance)
  return { numbers, chainEnd }
}

async function load({ report, corpus }: BenchContext, instance: InProcess): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  const { documents } = corpus
  let spentMs = 0
  let worst = { p99Ms: 0, maxMs: 0 }
  for (let from = 0; from < documents.length; from += BULK * BULKS_IN_FLIGHT) {
    const lists = Array.from({ length: BULKS_IN_FLIGHT }, (_, list) =>
      documents.slice(from + list * BULK, from + (list + 1) * BULK).map(toCreate),
    )
    const startedAt = performance.now()
    const { value, lag } = await withLag(() => Promise.all(lists.map((list) => instance.create(list))))
    spentMs += performance.now() - startedAt
    worst = { p99Ms: Math.max(worst.p99Ms, lag.p99Ms), maxMs: Math.max(worst.maxMs, lag.maxMs) }
    for (const [at, { outcome }] of value.flat().entries()) {
      if (outcome.ok && outcome.receipt.id !== null) numbers.set(outcome.receipt.id, from + at)
    }
    if ((from / BULK) % 40 === 0) report.progress(`loaded ${from + lists.flat().length} of ${documents.length}`)
  }
  report.rate('bulk load with given vectors', (documents.length / spentMs) * 1000, 'docs', undefined, 'bulkInProcess')
  report.lag('bulk load', worst)
  return numbers
}

async function measureSearches(
  { report, corpus, truth, options }: BenchContext,
  instance: InProcess,
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  const { questions } = corpus
  const measure = (call: (question: Question) => Promise<unknown>) =>
    rounds(options.rounds, () => timeEach(questions, call))
  const { lag } = await withLag(async () => {
    for (const name of FILTER_NAMES) {
      const { share, search } = FILTERS[name]
      const ask = ({ vector }: Question) =>
        instance.search({ mode: 'vector', embedding: [...vector], embedding_model: MODEL, limit: TOP, ...search })
      report.times(`vector, top 10, filter ${name} (${share})`, await measure(ask), 'vector')
      const found: number[][] = []
      for (const { vector } of questions.slice(0, options.recallQuestions)) {
        found.push(await nearest(instance, vector, search, numbers))
      }
      report.value(`vector, recall@10, filter ${name} (${share})`, recall(found, truth[name]), '', 'recall')
    }
    report.times('words, 3 of a document', await measure(({ words }) => instance.search({ mode: 'lexical', q: words })))
    report.times(
      'words, 12 in a row',
      await measure(({ sentence }) => instance.search({ mode: 'lexical', q: sentence })),
    )
    const hybrid = ({ words, vector }: Question) =>
      instance.search({ mode: 'hybrid', q: words, embedding: [...vector], embedding_model: MODEL })
    report.times('hybrid, 3 words and a vector', await measure(hybrid))
  })
  report.lag('searches', lag)
}

/** The store's own order, before trust and freshness have a say: what brute force can be compared with. */
async function nearest(
  instance: InProcess,
  vector: Float32Array,
  filter: Filter['search'],
  numbers: ReadonlyMap<string, number>,
): Promise<number[]> {
  const { store } = instance
  const owner = filter.owner === undefined ? {} : { owner: await instance.ownerId(filter.owner) }
  const { candidates } = await store.capsules.candidates({
    embedding: { model: MODEL, vector },
    filter: { minTrust: filter.min_trust ?? 0, ...(filter.tag ? { tags: filter.tag } : {}), ...owner },
    perSignal: TOP,
  })
  const sorted = candidates.toSorted((a, b) => (b.signals.vector ?? 0) - (a.signals.vector ?? 0))
  return sorted.slice(0, TOP).flatMap(({ id }) => numbers.get(id) ?? [])
}

async function measureChain({ report, options }: BenchContext, { store }: InProcess, end: string): Promise<void> {
  const walk = async () => {
    const lineage = await store.capsules.lineage(end, { direction: 'ancestors', nodesMax: CHAIN_NODES_MAX })
    if (lineage?.nodes.length !== CHAIN) throw new Error(`the chain has ${lineage?.nodes.length} nodes`)
  }
  const times = await rounds(options.rounds, () => timeEach(Array.from({ length: 10 }), walk))
  report.times('ancestors over a chain of 10,000', times, 'chain')
}

async function measureCreates({ report, corpus }: BenchContext, instance: InProcess): Promise<void> {
  const { lag } = await withLag(async () => {
    for (const [clients, count] of Object.entries(CREATES)) {
      const inputs = corpus.draw(count).map(toCreate)
      const times: number[] = []
      const startedAt = performance.now()
      await Promise.all(
        Array.from({ length: Number(clients) }, async () => {
          for (let input = inputs.pop(); input; input = inputs.pop()) {
            const begun = performance.now()
            await instance.create([input])
            times.push(performance.now() - begun)
          }
        }),
      )
      const rate = (count / (performance.now() - startedAt)) * 1000
      const target = clients === '64' ? 'createsInProcess' : undefined
      report.rate(`durable creates, ${clients} at once`, rate, 'creates', quantilesOf(times), target)
    }
  })
  report.lag('creates', lag)
}

async function rounds(count: number, round: () => Promise<readonly number[]>) {
  await round()
  const all = []
  for (let at = 0; at < count; at++) all.push(quantilesOf(await round()))
  return medianOf(all)
}
