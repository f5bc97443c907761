import type { CapsuleCreate, SearchRequest } from '@forge-cascade/contract'
import { searchBody } from '@forge-cascade/contract'
import { createStaticEmbedder } from '../../packages/server/src/adapters/models/static/static-embedder.ts'
import type { SqliteStore } from '../../packages/server/src/adapters/sqlite/index.ts'
import { systemRandom } from '../../packages/server/src/base/index.ts'
import {
  type AskContext,
  type CapsuleFilter,
  type Created,
  createCapsules,
  type FilterRequest,
  makeDraft,
  type SearchResult,
  searchCapsules,
  tellCreated,
  toFilter,
} from '../../packages/server/src/domain/capsules/index.ts'
import { type Document, MODEL } from '../data/corpus.ts'
import { openWorld, type World } from './open-world.ts'

/** The capsules of an instance without its doors: the store and the use cases, as `compose.ts` puts them together. */
export class InProcess implements AsyncDisposable {
  readonly store: SqliteStore
  readonly signLog: World['signLog']
  readonly #context: AskContext
  readonly #call: World['call']

  private constructor({ store, context, call, signLog }: World) {
    this.store = store
    this.signLog = signLog
    this.#context = { ...context, embedder: createStaticEmbedder() }
    this.#call = call
  }

  static async open(directory: string): Promise<InProcess> {
    return new InProcess(await openWorld(directory))
  }

  /** Adds capsules as one list; durable when it returns. */
  async create(inputs: readonly CapsuleCreate[]): Promise<readonly Created[]> {
    const created = await createCapsules(
      this.#context,
      this.#call('capsule.create'),
      inputs.map((input) => ({ input, command: { id: this.#commandId() } })),
    )
    const failed = created.find(({ outcome }) => !outcome.ok)
    if (failed && !failed.outcome.ok) throw failed.outcome.error
    return created
  }

  search(request: Partial<SearchRequest>): Promise<SearchResult> {
    return searchCapsules(this.#context, { ...searchBody.parse({ q: '' }), ...request })
  }

  /** A search's filter as the store takes it. */
  async filterOf(request: FilterRequest): Promise<CapsuleFilter> {
    const filter = await toFilter(request, this.#context.subjects, this.#context.search.minTrust)
    if (!filter) throw new Error(`nothing can pass ${JSON.stringify(request)}`)
    return filter
  }

  /** Ids in the store's own order, before trust and freshness have a say: what brute force can be compared with. */
  async nearest(vector: Float32Array, filter: CapsuleFilter, count: number): Promise<readonly string[]> {
    const embedding = { model: MODEL, vector }
    const { candidates } = await this.store.capsules.candidates({ embedding, filter, perSignal: count })
    const sorted = candidates.toSorted((a, b) => (b.signals.vector ?? 0) - (a.signals.vector ?? 0))
    return sorted.slice(0, count).map(({ id }) => id)
  }

  /** A chain of capsules, each derived from the one before; answers their ids, oldest first. */
  async createChain(length: number, batch: number): Promise<readonly string[]> {
    const { newId, clock, store } = this.#context
    const { grant, subject } = this.#call('capsule.create')
    const ids = Array.from({ length }, () => newId())
    const commands = ids.map((id, at) => {
      const before = ids[at - 1]
      const parents = before === undefined ? [] : [{ id: before, version: '1.0.0', reason: 'derived', at: clock() }]
      const owner = subject.id
      const identity = { id, owner, author: owner, trust: 60, embedding: null, validFrom: null }
      const draft = makeDraft({ ...PLAIN, content: `link ${at} of a chain`, parents }, identity, systemRandom)
      const change = store.capsules.create(grant, draft, 'none')
      return { id: this.#commandId(), grant, changes: [change], ...tellCreated(grant, draft, '1.0.0') }
    })
    for (let from = 0; from < commands.length; from += batch) {
      const outcomes = await store.append(commands.slice(from, from + batch))
      const failed = outcomes.find(({ ok }) => !ok)
      if (failed && !failed.ok) throw failed.error
    }
    return ids
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]()
  }

  #commandId = (): string => this.#context.newId().replaceAll('-', '')
}

const PLAIN = {
  type: 'knowledge',
  title: null,
  tags: [],
  category: null,
  licence: 'private',
  licenceTerms: null,
  identity: null,
  lane: null,
  fold: null,
  metadata: {},
  source: null,
} as const

/** What a client sends to add a document, with its vector as base64 of little-endian float32. */
export const toCreate = ({ content, vector, trust, tag, owner }: Document): CapsuleCreate => ({
  content,
  type: 'knowledge',
  tags: [tag],
  trust,
  owner,
  embedding: toBase64(vector),
  embedding_model: MODEL,
})

export const toBase64 = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
