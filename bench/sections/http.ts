import type { BenchContext } from '../bench-context.ts'
import { FILTER_NAMES, FILTERS, type FilterName } from '../data/corpus.ts'
import { recall } from '../data/truth.ts'
import { chainRequest, createRequest, type QuestionMode, questionRequest } from '../http/prepare.ts'
import { type Load, Served } from '../http/served.ts'
import { diskMb, memoryMb } from '../measure/footprint.ts'
import { medianOf, quantilesOf } from '../measure/quantiles.ts'
import type { TargetName } from '../targets.ts'
import type { Loaded } from './process.ts'

const MANY = 16
/** Rounds over the questions with many clients. */
const MANY_ROUNDS = 2
const CREATES = { 1: 400, 8: 1600, 64: 4800 } as const
/** Creates at a steady rate for so long that searches beside them have been answered. */
const BESIDE = { perSecond: 200, seconds: 5 } as const
const MIXED_CLIENTS = 50
const MIXED = 4000
const CHAIN_NODES = 20_000
const CHAINS = 20

/** The whole server on a loaded folder: searches, creates, both together, lineage. */
export async function measureHttp(context: BenchContext, folder: string, loaded: Loaded): Promise<void> {
  const { report } = context
  report.begin('Over HTTP: a server process, a client process, keep-alive')
  await using served = await Served.open(folder)
  const bench = new HttpBench(context, served)
  for (const filter of FILTER_NAMES) await bench.searches('vector', filter, { recallOf: loaded.numbers })
  await bench.searches('lexical', 'none', { target: 'lexical' })
  for (const filter of FILTER_NAMES) await bench.searches('hybrid', filter, { target: 'hybridHttp' })
  await bench.longQuestions()
  await bench.besideCreates()
  report.lag('searches', await served.takeLag())
  await bench.chain(loaded.chainEnd)
  report.lag('lineage', await served.takeLag())
  await bench.creates()
  report.lag('creates', await served.takeLag())
  await bench.mixed()
  report.lag('creates and searches together', await served.takeLag())
  const memory = memoryMb(served.server.pid)
  if (memory !== undefined) report.value('memory of the server (proportional set size)', memory, 'MB')
  report.value('data folder', diskMb(folder), 'MB')
}

class HttpBench {
  readonly #context: BenchContext
  readonly #served: Served

  constructor(context: BenchContext, served: Served) {
    this.#context = context
    this.#served = served
  }

  async searches(
    mode: QuestionMode,
    filter: FilterName,
    { recallOf, target }: { readonly recallOf?: ReadonlyMap<string, number>; readonly target?: TargetName },
  ): Promise<void> {
    const { report, corpus, truth, options } = this.#context
    const name = `${mode}, filter ${filter} (${FILTERS[filter].share})`
    const requests = corpus.questions.map((question) => questionRequest(question, mode, filter))
    const first = await this.#served.drive({
      requests,
      clients: 1,
      total: requests.length,
      keepBodies: requests.length,
    })
    await this.#oneClient(name, requests, target)
    await this.#manyClients(name, requests, filter === 'none' && mode === 'hybrid' ? 'hybridHttpMany' : undefined)
    const found = recallOf && first.bodies.slice(0, options.recallQuestions).map((body) => numbersOf(body, recallOf))
    if (found) report.value(`${mode}, recall@10, filter ${filter}`, recall(found, truth[filter]), '', 'recall')
  }

  async longQuestions(): Promise<void> {
    const { corpus } = this.#context
    const requests = corpus.questions.map((question) => questionRequest(question, 'hybrid', 'none', question.sentence))
    await this.#oneClient('hybrid, 12 words in a row', requests)
  }

  /** Hybrid searches while others create at a steady rate. */
  async besideCreates(): Promise<void> {
    const { report, corpus } = this.#context
    const requests = corpus.questions.map((question) => questionRequest(question, 'hybrid', 'none'))
    const total = requests.length * MANY_ROUNDS
    const writes = corpus.draw(BESIDE.perSecond * BESIDE.seconds).map(createRequest)
    const writing = this.#served.write({
      requests: writes,
      clients: MANY,
      total: writes.length,
      perSecond: BESIDE.perSecond,
    })
    const { times, seconds } = await this.#served.drive({ requests, clients: MANY, total })
    const name = `hybrid, filter none, ${MANY} clients, beside ${BESIDE.perSecond} creates a second`
    report.rate(name, total / seconds, 'answers', quantilesOf([...times]))
    const written = await writing
    report.rate(
      '  the creates beside them',
      writes.length / written.seconds,
      'creates',
      quantilesOf([...written.times]),
    )
  }

  async chain(end: string): Promise<void> {
    const { report } = this.#context
    const load = { requests: [chainRequest(end, CHAIN_NODES)], clients: 1, total: CHAINS }
    await this.#served.drive(load)
    const { times } = await this.#served.drive(load)
    report.times('ancestors over a chain of 10,000, whole answer', quantilesOf([...times]))
  }

  async creates(): Promise<void> {
    const { report, corpus } = this.#context
    for (const [clients, total] of Object.entries(CREATES)) {
      const requests = corpus.draw(total).map(createRequest)
      const { times, seconds } = await this.#served.drive({ requests, clients: Number(clients), total })
      const target = clients === '64' ? 'createsHttp' : undefined
      const spread = quantilesOf([...times])
      report.rate(`durable creates, ${clients} clients`, total / seconds, 'creates', spread, target)
    }
  }

  /** Half creates, half hybrid searches. */
  async mixed(): Promise<void> {
    const { report, corpus } = this.#context
    const { questions } = corpus
    const requests = corpus
      .draw(MIXED / 2)
      .flatMap((document, at) => [
        createRequest(document),
        questionRequest(questions[at % questions.length]!, 'hybrid', 'none'),
      ])
    const { times, labels, seconds } = await this.#served.drive({ requests, clients: MIXED_CLIENTS, total: MIXED })
    for (const label of ['create', 'search']) {
      const own = [...times].filter((_, at) => labels[at] === label)
      report.times(`${MIXED_CLIENTS} clients, half and half: ${label}`, quantilesOf(own), 'mixed')
    }
    report.rate(`${MIXED_CLIENTS} clients, half and half`, MIXED / seconds, 'answers')
  }

  async #oneClient(name: string, requests: Load['requests'], target?: TargetName): Promise<void> {
    const { report, options } = this.#context
    const rounds = []
    for (let round = 0; round < options.rounds; round++) {
      rounds.push(await this.#served.drive({ requests, clients: 1, total: requests.length }))
    }
    report.times(`${name}, 1 client`, medianOf(rounds.map(({ times }) => quantilesOf([...times]))), target)
    const cpu = rounds.flatMap(({ serverCpuMs }) => serverCpuMs ?? [])
    if (cpu.length > 0)
      report.value(`  processor time of the server`, cpu.reduce((a, b) => a + b) / cpu.length, 'ms each')
  }

  async #manyClients(name: string, requests: Load['requests'], target?: TargetName): Promise<void> {
    const total = requests.length * MANY_ROUNDS
    const { times, seconds } = await this.#served.drive({ requests, clients: MANY, total })
    this.#context.report.rate(`${name}, ${MANY} clients`, total / seconds, 'answers', quantilesOf([...times]), target)
  }
}

/** Document numbers of an answer's hits. */
function numbersOf(body: string, numbers: ReadonlyMap<string, number>): number[] {
  // The contract's search answer.
  const { hits } = JSON.parse(body) as { readonly hits: readonly { readonly capsule: { readonly id: string } }[] }
  return hits.flatMap(({ capsule }) => numbers.get(capsule.id) ?? [])
}
