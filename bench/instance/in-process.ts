import type { Action, CapsuleCreate, SearchRequest } from '@forge-cascade/contract'
import { searchBody } from '@forge-cascade/contract'
import { createStaticEmbedder } from '../../packages/server/src/adapters/models/static/static-embedder.ts'
import { sharedStaticTable } from '../../packages/server/src/adapters/models/static/static-table.ts'
import { openSqliteStore, type SqliteStore } from '../../packages/server/src/adapters/sqlite/index.ts'
import { createUuidV7, systemClock, systemRandom } from '../../packages/server/src/base/index.ts'
import { settingsOf } from '../../packages/server/src/compose-settings.ts'
import {
  type AskContext,
  type Call,
  type CapsuleFilter,
  type Created,
  createCapsules,
  type FilterRequest,
  IMPORT_COLLECTIONS,
  makeDraft,
  type SearchResult,
  SIMILARITY_COLLECTION,
  searchCapsules,
  tellCreated,
  toFilter,
} from '../../packages/server/src/domain/capsules/index.ts'
import { createBootstrapGate, requireGrant } from '../../packages/server/src/domain/governance/index.ts'
import {
  founderOf,
  SUBJECT_COLLECTIONS,
  type Subject,
  Subjects,
} from '../../packages/server/src/domain/identity/index.ts'
import { loadConfig } from '../../packages/server/src/kernel/config/index.ts'
import { type Document, MODEL } from '../data/corpus.ts'

/** The capsules of an instance without its doors: the store and the use cases, as `compose.ts` puts them together. */
export class InProcess implements AsyncDisposable {
  readonly store: SqliteStore
  readonly #context: AskContext
  readonly #administrator: Subject
  readonly #grantTo: <A extends Action>(action: A) => Call<A>['grant']

  private constructor(
    context: AskContext,
    store: SqliteStore,
    administrator: Subject,
    grantTo: <A extends Action>(action: A) => Call<A>['grant'],
  ) {
    this.store = store
    this.#context = context
    this.#administrator = administrator
    this.#grantTo = grantTo
  }

  static async open(directory: string): Promise<InProcess> {
    // Defaults alone: what the environment sets must not change what is measured.
    const { config } = loadConfig({ env: {}, cwd: directory })
    const { readers, group_commit_max, group_commit_ms } = config.store
    const store = await openSqliteStore({
      directory,
      collections: [...SUBJECT_COLLECTIONS, ...IMPORT_COLLECTIONS, SIMILARITY_COLLECTION],
      readers,
      groupCommitMax: group_commit_max,
      groupCommitMs: group_commit_ms,
      compressionLevel: config.memory.compressionLevel,
      words: sharedStaticTable().bytes,
    })
    const newId = createUuidV7(systemClock, systemRandom)
    const gate = createBootstrapGate({ clock: systemClock, newId })
    const decide = <A extends Action>(subject: Subject, action: A) =>
      requireGrant(gate.decide({ action, resource: '*', subject, correlationId: newId(), reach: 'lines' }))
    const subjects = new Subjects({ store, clock: systemClock, newId })
    const administrator = await subjects.openAdministrator((id) =>
      decide(founderOf(id, systemClock()), 'subject.create'),
    )
    const world = { store, subjects, newId, clock: systemClock, random: systemRandom, ...settingsOf(config) }
    const context: AskContext = { ...world, embedder: createStaticEmbedder() }
    return new InProcess(context, store, administrator, (action) => decide(administrator, action))
  }

  /** Adds capsules as one list; durable when it returns. */
  async create(inputs: readonly CapsuleCreate[]): Promise<readonly Created[]> {
    const call: Call<'capsule.create'> = {
      grant: this.#grantTo('capsule.create'),
      subject: this.#administrator,
      command: { id: this.#commandId() },
      grantSubject: () => this.#grantTo('subject.create'),
    }
    const created = await createCapsules(
      this.#context,
      call,
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
    const grant = this.#grantTo('capsule.create')
    const ids = Array.from({ length }, () => newId())
    const commands = ids.map((id, at) => {
      const before = ids[at - 1]
      const parents = before === undefined ? [] : [{ id: before, version: '1.0.0', reason: 'derived', at: clock() }]
      const owner = this.#administrator.id
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
