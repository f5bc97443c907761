import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import type { LinkKind } from '@forge-cascade/contract'
import type { CandidateQuery, CapsuleFilter, LineageQuery, Ranking, SoftMatcher, SubjectOfCapsules } from '#capsules'
import type { LeafFilter } from '#ledger'
import type { CollectionDefinition } from '#store'
import { createStaticSoftMatcher } from '../models/static/static-soft-matcher.ts'
import { ArchiveReader } from './archive-reader.ts'
import { findCandidates } from './candidates.ts'
import { CapsuleReader, type PageRequest, type Scope } from './capsule-reader.ts'
import { readCheckpoint } from './checkpoint-rows.ts'
import { checkContents, countVersions } from './content-check.ts'
import { Database } from './database.ts'
import { resolveFilter } from './filter-sql.ts'
import { toJson } from './json-message.ts'
import { type ChainState, LedgerReader } from './ledger-reader.ts'
import { LexicalIndex } from './lexical/index.ts'
import { LineageReader } from './lineage-query.ts'
import { Names } from './names.ts'
import { beginRanked, type RankedAnswer, searchRanked } from './ranked-search.ts'
import { readFacts } from './reach-sql.ts'
import { findReceipt } from './receipts.ts'
import { type RecordPageRequest, RecordReader } from './record-reader.ts'
import { ScanTeams } from './scan-teams.ts'
import { serveThread } from './serve-thread.ts'
import { listUnembedded, readSpaces } from './space-filling.ts'
import { SpaceReaders } from './space-readers.ts'
import { findSpeakers } from './standings.ts'
import { StoredCapsules } from './stored-capsules.ts'
import { TermStreams } from './term-streams.ts'
import { TreeReader } from './tree-reader.ts'
import { TOGETHER_MAX } from './vector/index.ts'
import type { SpaceAnnouncement } from './vector-slots.ts'
import { DATABASE_FILE } from './writer-operations.ts'

export interface ReaderData {
  readonly directory: string
  readonly collections: readonly CollectionDefinition[]
  readonly eventSource: string
  /** Number of this reader in the shared spaces. */
  readonly reader: number
  readonly spaces: readonly SpaceAnnouncement[]
  /** The table by which words are compared, in shared memory. */
  readonly words?: SharedArrayBuffer
  /** Two BigInt64: index of the newest leaf, and how often something was erased. */
  readonly head: SharedArrayBuffer
  /** Where the readers of this store call each other, and one Int32 each: 1 while it is at work. */
  readonly team: { readonly name: string; readonly busy: SharedArrayBuffer }
}

/** Pages kept in memory by each reader, KiB. */
const CACHE_KIB = 48 * 1024
/**
 * As much of the file as is read through the system's own cache instead, without a copy; the library's greatest. A page
 * that the disk cannot give then ends the process, not the statement.
 *
 * @see https://www.sqlite.org/mmap.html
 */
const MAPPED_BYTES = 0x7fff0000

// What the main thread hands to the constructor of the worker.
const data = workerData as ReaderData
const readers: SpaceReaders = new SpaceReaders(data.reader, (space) => teams.of(space))
const head = new BigInt64Array(data.head)
const teams = new ScanTeams(data.team.name, new Int32Array(data.team.busy), data.reader, readers.alone)
for (const space of data.spaces) readers.attach(space)

/** What reads over one connection. */
interface Parts {
  readonly database: Database
  readonly names: Names
  readonly stored: StoredCapsules
  readonly words: LexicalIndex
  readonly streams: TermStreams
  readonly matcher: SoftMatcher | undefined
  readonly capsules: CapsuleReader
  readonly archive: ArchiveReader
  readonly lineage: LineageReader
  readonly ledger: LedgerReader
  readonly tree: TreeReader
  readonly records: RecordReader
}

let opened: Parts | undefined
/** What the parts remember was true when this much had been erased. */
let erasures = 0n

/** Opened by the first question: the thread starts while the writer still recovers or makes the file. */
function parts(): Parts {
  opened ??= makeParts(openDatabase())
  return opened
}

/** Drops what is remembered of rows where something was erased since. */
function forgetErased(): void {
  const now = Atomics.load(head, 1)
  if (opened && now !== erasures) opened = makeParts(opened.database)
  erasures = now
}

function openDatabase(): Database {
  return new Database(join(data.directory, DATABASE_FILE), {
    readOnly: true,
    pragmas: ['query_only = ON', 'temp_store = MEMORY', `cache_size = -${CACHE_KIB}`, `mmap_size = ${MAPPED_BYTES}`],
  })
}

function makeParts(database: Database): Parts {
  const names = new Names(database)
  const stored = new StoredCapsules(database, names)
  const words = new LexicalIndex(database)
  return {
    database,
    names,
    stored,
    words,
    streams: new TermStreams(words),
    matcher: data.words && createStaticSoftMatcher(data.words),
    capsules: new CapsuleReader(database, names, stored),
    archive: new ArchiveReader(database, names, stored),
    lineage: new LineageReader(database),
    ledger: new LedgerReader(database, names, data.eventSource),
    tree: new TreeReader(database),
    records: new RecordReader(database, new Map(data.collections.map(({ name, indexes }) => [name, indexes]))),
  }
}

const toFound = ({ hits, isModelKnown }: RankedAnswer, sequence: number) => ({
  hits: toJson(hits),
  isModelKnown,
  sequence,
})

/** Searches that wait at the same time: their vectors are scanned as one, in the read transaction that all of them share. */
function searchTogether(
  asked: readonly (readonly [CandidateQuery, Ranking])[],
  answer: (place: number, work: () => unknown) => void,
): void {
  const sequence = Number(Atomics.load(head, 0))
  using open = new DisposableStack()
  const begun = asked.map(([query, ranking], place) =>
    attempt(() => open.use(beginRanked({ ...parts(), vectors: readers.together(place) }, query, ranking))),
  )
  for (const [place, begin] of begun.entries()) answer(place, () => toFound(begin().finish(), sequence))
}

/** What some work returned or has thrown, for later. */
function attempt<T>(work: () => T): () => T {
  try {
    const value = work()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

/** What a reader can be asked for. Each answer comes from one read transaction. */
const operations = {
  attach: (space: SpaceAnnouncement) => readers.attach(space),
  getHeads: (ids: readonly string[]) => parts().capsules.getHeads(ids),
  getFacts: (ids: readonly string[]) => readFacts(parts().database, parts().names, ids),
  findVersion: (id: string, version: string) => parts().capsules.findVersion(id, version),
  findAsOf: (id: string, asOf: number, knownAt: number | undefined) => parts().capsules.findAsOf(id, asOf, knownAt),
  findByPlace: (scope: Scope, place: string) => parts().capsules.findByPlace(scope, place),
  listVersions: (id: string, page: PageRequest) => parts().capsules.listVersions(id, page),
  readVersions: (id: string) => parts().capsules.readVersions(id),
  list: (filter: CapsuleFilter, page: PageRequest) => parts().capsules.list(filter, page),
  listRevisions: (filter: CapsuleFilter, page: PageRequest) => parts().capsules.listRevisions(filter, page),
  lineage: (id: string, query: LineageQuery) => parts().lineage.read(id, query),
  listOfSubject: (subject: SubjectOfCapsules, page: PageRequest) => parts().capsules.listOfSubject(subject, page),
  links: (id: string, kinds: readonly LinkKind[] | undefined) => parts().capsules.links(id, kinds),
  trustHistory: (id: string, limit: number) => parts().capsules.trustHistory(id, limit),
  parentTrust: (id: string) => parts().capsules.parentTrust(id),
  counts: () => parts().capsules.counts(),
  count: () => parts().capsules.count(),
  embeddingSpaces: () => readSpaces(parts().database),
  listUnembedded: (model: string, page: { readonly limit: number; readonly cursor?: string | undefined }) =>
    listUnembedded(parts().database, model, page),
  listUnsettled: (limit: number) => parts().capsules.listUnsettled(limit),
  findEmbedding: (id: string, version: string) => parts().capsules.findEmbedding(id, version),
  findEmbeddings: (named: readonly { readonly id: string; readonly version: string }[]) =>
    named.map(({ id, version }) => parts().capsules.findEmbedding(id, version)),
  readBodies: (ids: readonly string[], bytesMax: number | undefined) => parts().archive.readBodies(ids, bytesMax),
  findArchived: (ids: readonly string[]) => parts().archive.findArchived(ids),
  listRecordedBefore: (moment: number, page: PageRequest) => parts().archive.listRecordedBefore(moment, page),
  candidates: (query: CandidateQuery) => {
    // Read before the transaction begins: it sees at least this much.
    const sequence = Number(Atomics.load(head, 0))
    const found = findCandidates({ ...parts(), vectors: readers.alone }, query)
    return { candidates: toJson([...(found?.candidates.keys() ?? [])]), sequence }
  },
  search: (query: CandidateQuery, ranking: Ranking) => {
    const sequence = Number(Atomics.load(head, 0))
    return toFound(searchRanked({ ...parts(), vectors: readers.alone }, query, ranking), sequence)
  },
  findSpeakers: (filter: CapsuleFilter, wanted: readonly string[]) => {
    const { database, names } = parts()
    const resolved = resolveFilter(database, names, filter)
    return resolved ? findSpeakers(database, resolved, wanted) : []
  },
  findRecord: (collection: string, key: string, now: number) => parts().records.find(collection, key, now),
  listRecords: (collection: string, page: RecordPageRequest, now: number) =>
    parts().records.list(collection, page, now),
  listRecordsBy: (
    collection: string,
    index: string,
    value: string | number | boolean,
    page: RecordPageRequest,
    now: number,
  ) => parts().records.listBy(collection, index, value, page, now),
  receipt: (commandId: string, now: number) => findReceipt(parts().database, commandId, now),
  changesSince: (sequence: number, limit: number) => parts().ledger.changesSince(sequence, limit),
  findLeaf: (index: number) => parts().ledger.find(index),
  rangeOfLeaves: (from: number, limit: number) => parts().ledger.range(from, limit),
  rawLeaves: (from: number, limit: number) => parts().ledger.rawRange(from, limit),
  listLeaves: (filter: LeafFilter, page: { readonly limit: number; readonly before?: number }) =>
    parts().ledger.list(filter, page),
  chainBefore: (from: number) => parts().ledger.chainBefore(from),
  rootAt: (size: number) => parts().tree.root(size),
  proveInclusion: (index: number, size: number) => parts().tree.inclusion(index, size),
  proveConsistency: (from: number, to: number) => parts().tree.consistency(from, to),
  treeTile: (level: number, index: number, width: number) => parts().tree.tile(level, index, width),
  keptTile: (level: number, index: number) => parts().tree.keptTile(level, index),
  checkpoint: (origin: string) => readCheckpoint(parts().database, origin),
  checkContents: (from: number, limit: number) => checkContents(parts().database, from, limit),
  countVersions: () => countVersions(parts().database),
  verifyChain: (state: ChainState, limit: number) => parts().ledger.verify(state, limit),
  close: () => {
    teams.close()
    opened?.database.close()
  },
}

export type ReaderOperations = typeof operations

// Closing ends the connection; every other operation reads one state of the file from its first statement to its last.
const WITHOUT_SNAPSHOT: ReadonlySet<string> = new Set(['close', 'attach'])

serveThread<ReaderOperations>(() => operations, {
  together: {
    operation: 'search',
    max: TOGETHER_MAX,
    // Only the pool calls, and it is typed by the same operations.
    carryOut: (asked, answer) => searchTogether(asked as readonly Parameters<ReaderOperations['search']>[], answer),
  },
  around: (operation, work) =>
    teams.occupied(() => {
      if (WITHOUT_SNAPSHOT.has(operation)) return work()
      forgetErased()
      return parts().database.snapshot(work)
    }),
})
