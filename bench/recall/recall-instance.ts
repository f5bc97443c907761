import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CapsuleCreate } from '@forge-cascade/contract'
import { importBody, searchBody } from '@forge-cascade/contract'
import { openDocumentConverter, openDocumentReader } from '../../packages/server/src/adapters/documents/index.ts'
import { openOnnxEmbedder } from '../../packages/server/src/adapters/models/onnx/onnx-embedder.ts'
import { createStaticEmbedder } from '../../packages/server/src/adapters/models/static/static-embedder.ts'
import { openSource, TempArea } from '../../packages/server/src/adapters/sources/index.ts'
import {
  createCapsules,
  Imports,
  type SearchContext,
  type SignalName,
  type StoredCapsule,
  searchCapsules,
} from '../../packages/server/src/domain/capsules/index.ts'
import { openWorld, type World } from '../instance/open-world.ts'
import type { Dataset, RecallFile, RecallPlace, RecallQuestion } from './dataset.ts'
import { DEPTH, type Ranked } from './measures.ts'

const CREATE_BATCH = 200
const PAGE = 100

/** An instance with its defaults that holds one collection, without its doors. */
export class RecallInstance implements AsyncDisposable {
  readonly #context: SearchContext
  readonly #folder: string
  readonly #resources: AsyncDisposableStack
  readonly #call: World['call']
  /** Capsule by key of the dataset; a chunk may hold several places. */
  readonly #ids = new Map<string, string>()

  private constructor(context: SearchContext, folder: string, resources: AsyncDisposableStack, call: World['call']) {
    this.#context = context
    this.#folder = folder
    this.#resources = resources
    this.#call = call
  }

  /** @param model the folder of a sentence model; without it the built-in embedder. */
  static async open(folder: string, model?: string): Promise<RecallInstance> {
    mkdirSync(folder, { recursive: true })
    await using resources = new AsyncDisposableStack()
    const { store, context, call } = await openWorld(join(folder, 'store'))
    resources.use(store)
    const embedder = resources.use(model === undefined ? createStaticEmbedder() : openOnnxEmbedder({ folder: model }))
    return new RecallInstance({ ...context, embedder }, folder, resources.move(), call)
  }

  get embedderModel(): string {
    return this.#context.embedder.model
  }

  /** Stores a collection as a person would: capsules in batches, files by an import. */
  async store({ items, files, places }: Dataset): Promise<void> {
    for (let from = 0; from < items.length; from += CREATE_BATCH) {
      const batch = items.slice(from, from + CREATE_BATCH)
      const ids = await this.#create(batch.map(({ capsule }) => capsule))
      for (const [at, { key }] of batch.entries()) this.#ids.set(key, ids[at]!)
    }
    if (files.length > 0) await this.#import(files, places)
  }

  /** The capsules that answer a question; what was not stored stands as its key, which nothing finds. */
  evidenceOf({ evidence }: RecallQuestion): readonly string[] {
    return [...new Set(evidence.map((key) => this.#ids.get(key) ?? key))]
  }

  /** @param without signals that are not asked. */
  async ask({ text, lane }: RecallQuestion, without: ReadonlySet<SignalName>): Promise<readonly Ranked[]> {
    const context = { ...this.#context, search: { ...this.#context.search, without } }
    const request = searchBody.parse({ q: text, limit: DEPTH, ...(lane === undefined ? {} : { lane }) })
    const { hits } = await searchCapsules(context, request)
    return hits.map(({ capsule, score }) => ({ key: capsule.id, score }))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync()
  }

  async #create(capsules: readonly CapsuleCreate[]): Promise<readonly string[]> {
    const call = this.#call('capsule.create')
    const lines = capsules.map((input) => ({
      input: { ...input, dedupe: 'none' as const },
      command: this.#call('capsule.create').command,
    }))
    const created = await createCapsules(this.#context, call, lines)
    return created.map(({ outcome }) => {
      if (!outcome.ok) throw outcome.error
      return outcome.receipt.id ?? ''
    })
  }

  async #import(files: readonly RecallFile[], places: readonly RecallPlace[]): Promise<void> {
    const root = join(this.#folder, 'files')
    for (const { path, text } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const temp = new TempArea(join(this.#folder, 'temp'))
    const imports = new Imports({
      context: this.#context,
      reader: openDocumentReader(),
      converter: openDocumentConverter(),
      openSource: (request, signal) => openSource(request, { signal, temp }),
    })
    const request = importBody.parse({ path: root, kind: 'folder' })
    const { grant, subject, grantSubject } = this.#call('import.run')
    const { done } = await imports.start({ grant, subject, grantSubject }, request)
    const { state, problem } = await done
    if (state !== 'completed') throw new Error(`the import of the collection ended as ${state}: ${problem}`)
    const stored = await this.#stored()
    for (const { key, path, holds } of places) {
      const found = stored.find(
        ({ source, content }) => source?.kind === 'file' && source.path === path && content.includes(holds),
      )
      if (found) this.#ids.set(key, found.id)
    }
  }

  /** All that search can find. */
  async #stored(): Promise<readonly StoredCapsule[]> {
    const all: StoredCapsule[] = []
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await this.#context.store.capsules.list(
        {},
        { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
      )
      all.push(...page.items)
      cursor = page.next
    }
    // A document that was cut is found through its chunks.
    const cut = new Set(all.map(({ partOf }) => partOf?.id))
    return all.filter(({ id }) => !cut.has(id))
  }
}
