import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchContext } from '../bench-context.ts'
import { FILTER_NAMES, FILTERS, type FilterName } from '../data/corpus.ts'
import { recall } from '../data/truth.ts'
import { LoadClient } from '../http/load-client.ts'
import type { LoadResult, PreparedRequest } from '../http/load-job.ts'
import type { QuestionMode } from '../http/prepare.ts'
import { diskMb, treeMemoryMb } from '../measure/footprint.ts'
import { median, quantilesOf } from '../measure/quantiles.ts'
import { appendDurably } from '../sections/floor.ts'
import { CascadeStore } from './cascade.ts'
import { ChromaStore } from './chroma.ts'
import { Comparison, type Measure } from './comparison.ts'
import { comparisonPage } from './comparison-page.ts'
import { installPeers } from './installed.ts'
import { openLanceStore } from './lancedb-store.ts'
import { openPostgresStore } from './postgres-store.ts'
import type { StoreAddress, StorePeer } from './store-peer.ts'

const PAGE = join(import.meta.dirname, '../../docs/reference/store-comparison.md')
const ROUNDS = 3
const MANY = 16
/** A slow peer is not asked all questions in a row: so many seconds, at least so many questions. */
const ROW_SECONDS_MAX = 20
const QUESTIONS_MIN = 20
const CREATES = { 1: 200, 64: 1600 } as const
const RESTARTS = 3

/** Whole stores with the same documents, questions and client, one after another, each with the machine to itself. */
export async function compareStores(context: BenchContext): Promise<void> {
  const { options, report, folder } = context
  report.begin('Stores: the same documents and questions over HTTP')
  report.progress('installing Chroma, LanceDB and PostgreSQL with pgvector')
  const peersFolder = options.installed ?? join(folder, 'peers')
  mkdirSync(peersFolder, { recursive: true })
  const { node, bin } = installPeers(peersFolder)
  const place = (name: string) => join(folder, `stores-${name}`)
  const peers: readonly StorePeer[] = [
    new CascadeStore(place('cascade')),
    openPostgresStore(bin, node, place('postgres')),
    openLanceStore(node, place('lancedb')),
    new ChromaStore(bin, place('chroma')),
  ]
  const folders = ['cascade', 'postgres', 'lancedb', 'chroma'].map(place)
  const comparison = new Comparison(peers.map(({ name }) => name))
  await using client = new LoadClient()
  for (const [at, peer] of peers.entries()) {
    report.progress(`${peer.name}: ${peer.setup}`)
    await using opened = peer
    await new StoreBench(context, comparison, opened, client, folders[at]!).measure()
  }
  const result = { date: new Date(), documents: options.documents, comparison, peers }
  if (options.write) writeFileSync(PAGE, comparisonPage(result))
  for (const line of comparison.table()) report.line(line)
}

class StoreBench {
  readonly #context: BenchContext
  readonly #comparison: Comparison
  readonly #peer: StorePeer
  readonly #client: LoadClient
  readonly #folder: string
  #address: StoreAddress = { url: '', token: '', pid: 0 }

  constructor(context: BenchContext, comparison: Comparison, peer: StorePeer, client: LoadClient, folder: string) {
    this.#context = context
    this.#comparison = comparison
    this.#peer = peer
    this.#client = client
    this.#folder = folder
  }

  async measure(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true })
    this.#set(SYNC, quantilesOf(appendDurably(join(this.#folder, 'probe'))).p50)
    rmSync(join(this.#folder, 'probe'))
    this.#address = await this.#peer.start()
    await this.#load()
    for (const filter of FILTER_NAMES) await this.#search('vector', filter, true)
    if (this.#peer.modes.includes('lexical')) {
      await this.#search('lexical', 'none')
      await this.#search('lexical', 'tag')
    }
    if (this.#peer.modes.includes('hybrid')) {
      await this.#search('hybrid', 'none')
      await this.#search('hybrid', 'tag')
    }
    await this.#creates()
    const memory = treeMemoryMb(this.#address.pid)
    if (memory !== undefined) this.#set({ name: 'memory after all this', unit: 'MB', better: 'less' }, memory)
    await this.#peer.stop()
    this.#set({ name: 'disk', unit: 'MB', better: 'less' }, diskMb(this.#folder))
    await this.#restart()
  }

  async #load(): Promise<void> {
    const { documents } = this.#context.corpus
    const startedAt = performance.now()
    await this.#peer.load(documents)
    const loaded = performance.now()
    await this.#peer.index()
    const indexed = performance.now()
    const rate = (ms: number): number => (documents.length / ms) * 1000
    this.#set({ name: 'load', unit: 'docs/s', better: 'more' }, rate(loaded - startedAt))
    this.#set({ name: 'load and index', unit: 'docs/s', better: 'more' }, rate(indexed - startedAt))
  }

  async #search(mode: QuestionMode, filter: FilterName, judged = false): Promise<void> {
    const { corpus, truth, options } = this.#context
    const requests = corpus.questions.map((question) => this.#peer.question(question, mode, filter))
    const name = `${mode}, ${FILTERS[filter].share} of the documents`
    const first = await this.#drive(requests, 1, QUESTIONS_MIN)
    const perQuestion = quantilesOf([...first.times]).p50
    const affordable = Math.floor((ROW_SECONDS_MAX * 1000) / Math.max(perQuestion, 0.1) / ROUNDS)
    const total = Math.max(QUESTIONS_MIN, Math.min(requests.length, affordable))
    const rounds = []
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(quantilesOf([...(await this.#drive(requests, 1, total)).times]))
    this.#set({ name: `${name}, 1 client p50`, unit: 'ms', better: 'less' }, median(rounds.map(({ p50 }) => p50)))
    this.#set({ name: `${name}, 1 client p95`, unit: 'ms', better: 'less' }, median(rounds.map(({ p95 }) => p95)))
    if (judged) {
      const asked = Math.min(options.recallQuestions, total)
      const { bodies } = await this.#drive(requests.slice(0, asked), 1, asked)
      const numbers = new Map(corpus.documents.map(({ content }, at) => [content, at]))
      const found = bodies.map((body) => this.#peer.contentsOf(body).flatMap((content) => numbers.get(content) ?? []))
      const share = recall(found, truth[filter].slice(0, asked))
      this.#set({ name: `${name}, recall@10`, unit: 'of 1', better: 'more' }, share)
    }
    const many = await this.#drive(requests, MANY, Math.max(MANY * 2, total))
    this.#set({ name: `${name}, ${MANY} clients`, unit: 'answers/s', better: 'more' }, many.times.length / many.seconds)
  }

  async #creates(): Promise<void> {
    let made = this.#context.corpus.documents.length
    for (const [clients, total] of Object.entries(CREATES)) {
      const requests = this.#context.corpus.draw(total).map((document) => this.#peer.create(document, made++))
      const { url, token } = this.#address
      const job = { url, token, requests, clients: Number(clients), total, keepBodies: 0 }
      const { seconds, refusals } = await this.#client.run(job, { mayRefuse: true })
      this.#set({ name: `creates, ${clients} at once`, unit: 'a second', better: 'more' }, (total - refusals) / seconds)
      this.#set({ name: `creates refused, ${clients} at once`, unit: `of ${total}`, better: 'less' }, refusals)
    }
  }

  /** From the start of the process to the first answer. */
  async #restart(): Promise<void> {
    const times: number[] = []
    const mode = this.#peer.modes.includes('hybrid') ? 'hybrid' : 'vector'
    const request = this.#peer.question(this.#context.corpus.questions[0]!, mode, 'none')
    for (let restart = 0; restart < RESTARTS; restart++) {
      const startedAt = performance.now()
      this.#address = await this.#peer.start()
      await this.#drive([request], 1, 1)
      times.push(performance.now() - startedAt)
      await this.#peer.stop()
    }
    this.#set({ name: 'restart to the first answer', unit: 'ms', better: 'less' }, median(times))
  }

  #drive(requests: readonly PreparedRequest[], clients: number, total: number): Promise<LoadResult> {
    const { url, token } = this.#address
    return this.#client.run({ url, token, requests, clients, total, keepBodies: total })
  }

  #set(measure: Measure, value: number): void {
    this.#comparison.set(this.#peer.name, measure, value)
    this.#context.report.line(`  ${this.#peer.name}: ${measure.name} ${value.toFixed(3)} ${measure.unit}`)
  }
}

const SYNC: Measure = { name: 'append and fdatasync just before', unit: 'ms', better: 'less', ranks: false }
