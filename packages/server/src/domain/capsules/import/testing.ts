import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ImportFile, ImportJob, ImportRequest } from '@forge-cascade/contract'
import { CascadeError, type Clock, createUuidV7, systemClock, systemRandom } from '#base'
import { GovernanceGate, requireGrant } from '#governance'
import { SUBJECT_COLLECTIONS, type Subject, Subjects } from '#identity'
import { openDocumentConverter, openDocumentReader } from '../../../adapters/documents/index.ts'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createStaticEmbedder } from '../../../adapters/models/static/static-embedder.ts'
import { openSource, TempArea } from '../../../adapters/sources/index.ts'
import { watchRecords } from '../../../platform/store/testing/watch-records.ts'
import { withAppend } from '../../../platform/store/testing/with-append.ts'
import type { Store } from '../../store.ts'
import type { StoredCapsule } from '../capsule.ts'
import type { Embedder } from '../embedding/index.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import type { DocumentConverter } from './document-converter.ts'
import type { ImportCall } from './import-call.ts'
import { IMPORT_COLLECTIONS } from './import-records.ts'
import { Imports, type ImportsOptions } from './imports.ts'

export const IMPORT_TEST_COLLECTIONS = [...SUBJECT_COLLECTIONS, ...IMPORT_COLLECTIONS]

/** An instance as an import sees it: a store, the real embedder, the real gate, real sources. */
export interface ImportWorld {
  readonly store: Store
  readonly context: CapsuleContext
  readonly imports: Imports
  call(): ImportCall
  /** Imports a path to its end. */
  run(path: string, request?: Partial<ImportRequest>): Promise<ImportJob>
  /** The active documents (no chunks), by path. */
  documents(): Promise<ReadonlyMap<string, StoredCapsule>>
  chunksOf(document: string): Promise<readonly StoredCapsule[]>
  files(job: ImportJob, state?: ImportFile['state']): Promise<readonly ImportFile[]>
}

export interface WorldOptions {
  readonly store?: Store
  readonly clock?: Clock
  readonly embedder?: Embedder
  readonly converter?: DocumentConverter
  readonly openSource?: ImportsOptions['openSource']
  readonly temp?: TempArea
}

/** Where this process puts what an import needs for a while. */
export const TEST_TEMP = new TempArea(join(tmpdir(), `cascade-import-temp-${process.pid}`))

export async function openImportWorld(options: WorldOptions = {}): Promise<ImportWorld> {
  const clock = options.clock ?? systemClock
  const store = watchRecords(options.store ?? openMemoryStore({ collections: IMPORT_TEST_COLLECTIONS, clock }))
  const newId = createUuidV7(clock, systemRandom)
  const subjects = new Subjects({ store, clock, newId })
  const gate = new GovernanceGate({ clock, newId })
  const founder = {
    kind: 'person',
    name: 'founder',
    roles: ['administrator'],
    trust: 100,
    owner: null,
    active: true,
    createdAt: 0,
  } as const
  const grantTo = <A extends 'import.run' | 'subject.create'>(subject: Subject, action: A) =>
    requireGrant(gate.decide({ action, resource: '*', subject, correlationId: newId(), reach: 'lines' }))
  const administrator = await subjects.openAdministrator((id) => grantTo({ ...founder, id }, 'subject.create'))
  const embedder = options.embedder ?? createStaticEmbedder()
  const context: CapsuleContext = { store, embedder, subjects, clock, newId, random: systemRandom }
  const imports = new Imports({
    context,
    reader: openDocumentReader(),
    converter: options.converter ?? openDocumentConverter(),
    openSource:
      options.openSource ?? ((request, signal) => openSource(request, { signal, temp: options.temp ?? TEST_TEMP })),
  })
  const call = (): ImportCall => ({
    grant: grantTo(administrator, 'import.run'),
    subject: administrator,
    grantSubject: () => grantTo(administrator, 'subject.create'),
  })
  return {
    store,
    context,
    imports,
    call,
    run: async (path, request) => (await imports.start(call(), requestOf(path, request))).done,
    documents: async () => {
      const documents = (await listAll(store, { chunks: false })).filter(({ source }) => source?.kind === 'file')
      return new Map(documents.map((one) => [one.source?.kind === 'file' ? one.source.path : '', one]))
    },
    chunksOf: async (partOf) =>
      (await listAll(store, { partOf })).sort((a, b) => (a.partOf?.index ?? 0) - (b.partOf?.index ?? 0)),
    files: async (job, state) => {
      const { items } = await imports.listFiles(job.id, { limit: 500, ...(state === undefined ? {} : { state }) })
      return items
    },
  }
}

/** The same store, whose disk is full after so many writes of an import. */
export function fullAfter(store: Store, writesMax: number): Store {
  let writes = 0
  return withAppend(store, async (commands) => {
    if (commands.some(({ grant }) => grant.action === 'import.run') && ++writes > writesMax)
      throw new CascadeError('STORAGE_FULL', 'The disk is full.')
    return store.append(commands)
  })
}

export const requestOf = (path: string, request: Partial<ImportRequest> = {}): ImportRequest => ({
  path,
  kind: 'auto',
  history: true,
  ...request,
})

async function listAll(
  store: Store,
  filter: { readonly chunks?: boolean; readonly partOf?: string },
): Promise<StoredCapsule[]> {
  const all: StoredCapsule[] = []
  let cursor: string | undefined
  do {
    const page = await store.capsules.list(filter, { limit: 100, ...(cursor === undefined ? {} : { cursor }) })
    all.push(...page.items)
    cursor = page.next
  } while (cursor !== undefined)
  return all
}

/** A folder that is removed with its content when disposed. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'cascade-import-'))

  write(path: string, content: string | Uint8Array, modifiedAt?: Date): void {
    const full = join(this.path, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, content)
    if (modifiedAt) utimesSync(full, modifiedAt, modifiedAt)
  }

  remove(path: string): void {
    rmSync(join(this.path, path), { recursive: true })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** 1 January 2024: each commit of a test repository is a day after the one before. */
const FIRST_COMMIT_S = Date.UTC(2024, 0, 1) / 1000
const DAY_S = 86_400

/** In one process: starting one takes longer than what it does. */
const COMMIT = 'git add -A && git commit -q --allow-empty -m "$1" --author="$2" && git rev-parse HEAD'

/** A repository with dates that are always the same. */
export class TestRepository extends TestFolder {
  #commits = 0

  constructor() {
    super()
    this.git('init', '-q', '-b', 'main')
  }

  git(...args: readonly string[]): string {
    return this.#run('git', args)
  }

  #run(program: string, args: readonly string[], input?: string): string {
    const at = `${FIRST_COMMIT_S + this.#commits * DAY_S} +0000`
    const env = {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      GIT_AUTHOR_DATE: at,
      GIT_COMMITTER_DATE: at,
    }
    const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe']
    return execFileSync(program, args, { cwd: this.path, env, encoding: 'utf8', stdio, input: input ?? '' })
  }

  /** Commits everything that changed, and gives the commit's id. */
  commit(message: string, author = 'Ada'): string {
    const id = this.#run('sh', ['-c', COMMIT, 'sh', message, `${author} <${author.toLowerCase()}@example.org>`]).trim()
    this.#commits++
    return id
  }

  /** The text files of a commit, as Git itself gives them. */
  treeAt(commit: string): ReadonlyMap<string, string> {
    const paths = this.git('ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean)
    const names = paths.map((path) => `${commit}:${path}`)
    // A name with a line break in it is none that can be asked for in a list.
    if (names.some((name) => name.includes('\n')))
      return new Map(paths.map((path) => [path, this.git('show', `${commit}:${path}`)]))
    let rest = Buffer.from(this.#run('git', ['cat-file', '--batch=%(objectsize)'], `${names.join('\n')}\n`))
    return new Map(
      paths.map((path) => {
        const feed = rest.indexOf('\n')
        const end = feed + 1 + Number(rest.toString('latin1', 0, feed))
        const text = rest.toString('utf8', feed + 1, end)
        rest = rest.subarray(end + 1)
        return [path, text]
      }),
    )
  }

  /** Where the object lies that `name` means (`HEAD:a.md`, `HEAD^{tree}`), as long as it is in no pack. */
  objectPath(name: string): string {
    const id = this.git('rev-parse', name).trim()
    return join('.git', 'objects', id.slice(0, 2), id.slice(2))
  }

  merge(branch: string): string {
    this.git('merge', '-q', '--no-ff', '-m', `Merge ${branch}`, branch)
    this.#commits++
    return this.git('rev-parse', 'HEAD').trim()
  }
}

/** A Markdown text of so many sections, each long enough to be a chunk of its own. */
export const longDocument = (title: string, sections: readonly string[]): string =>
  [`# ${title}`, ...sections.map((name) => `## ${name}\n\n${paragraph(name)}`)].join('\n\n')

const paragraph = (topic: string): string =>
  Array.from(
    { length: 15 },
    (_, index) => `Sentence ${index} of the section about ${topic} says something of its own, word for word.`,
  ).join(' ')
