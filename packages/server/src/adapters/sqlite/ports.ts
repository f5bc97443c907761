import type { Clock } from '#base'
import { type CapsuleStore, capsuleChanges } from '#capsules'
import type { LedgerStore } from '#ledger'
import { type RecordPage, type Records, recordChanges, type StoredRecord } from '#store'
import { fromJson } from './json-message.ts'
import { unpackLineage } from './packed-lineage.ts'
import type { ReaderPool } from './reader-pool.ts'
import type { SequenceWatch } from './sequence-watch.ts'
import type { WriterThread } from './writer-thread.ts'

/** Entries of the chain that a reader checks at a time, so that others get their turn in between. */
const CHAIN_SLICE = 2000

/** @param loaded resolves when the vectors of all heads are in memory: a search before would miss some. */
export function createCapsulePort(
  readers: ReaderPool,
  watch: SequenceWatch,
  loaded: () => Promise<void>,
): CapsuleStore {
  return {
    ...capsuleChanges,
    getHeads: (ids) => readers.read('getHeads', ids),
    getFacts: (ids) => readers.read('getFacts', ids),
    findVersion: (id, version) => readers.read('findVersion', id, version),
    findAsOf: (id, asOf, knownAt) => readers.read('findAsOf', id, asOf, knownAt),
    findByPlace: (scope, place) => readers.read('findByPlace', scope, place),
    listVersions: (id, page) => readers.read('listVersions', id, page),
    readVersions: (id) => readers.read('readVersions', id),
    list: (filter, page) => readers.read('list', filter, page),
    listOfSubject: (subject, page) => readers.read('listOfSubject', subject, page),
    listRevisions: (filter, page) => readers.read('listRevisions', filter, page),
    links: (id, kinds) => readers.read('links', id, kinds),
    trustHistory: (id, limit) => readers.read('trustHistory', id, limit),
    parentTrust: (id) => readers.read('parentTrust', id),
    counts: () => readers.read('counts'),
    count: () => readers.read('count'),
    embeddingSpaces: () => readers.read('embeddingSpaces'),
    listUnembedded: (model, page) => readers.read('listUnembedded', model, page),
    listUnsettled: (limit) => readers.read('listUnsettled', limit),
    findEmbedding: (id, version) => readers.read('findEmbedding', id, version),
    findEmbeddings: (named) => readers.read('findEmbeddings', named),
    readBodies: (ids, bytesMax) => readers.read('readBodies', ids, bytesMax),
    findArchived: (ids) => readers.read('findArchived', ids),
    listRecordedBefore: (moment, page) => readers.read('listRecordedBefore', moment, page),
    async candidates(query) {
      await loaded()
      await watch.reached(query.minSequence ?? -1)
      const { candidates, sequence } = await readers.read('candidates', query)
      return { candidates: fromJson(candidates), sequence }
    },
    findSpeakers: (filter, names) => readers.read('findSpeakers', filter, names),
    async search(query, ranking) {
      await loaded()
      await watch.reached(query.minSequence ?? -1)
      const { hits, sequence, isModelKnown } = await readers.read('search', query, ranking)
      return { hits: fromJson(hits), sequence, isModelKnown }
    },
    async lineage(id, query) {
      const packed = await readers.read('lineage', id, query)
      return packed && unpackLineage(packed)
    },
  }
}

/** @param head index of the newest leaf. */
export function createLedgerPort(readers: ReaderPool, writer: WriterThread, head: () => number): LedgerStore {
  return {
    find: (index) => readers.read('findLeaf', index),
    range: (from, limit) => readers.read('rangeOfLeaves', from, limit),
    rawRange: (from, limit) => readers.read('rawLeaves', from, limit),
    list: (filter, page) => readers.read('listLeaves', filter, page),
    async verifyChain(from) {
      let state = await readers.read('chainBefore', from)
      for (;;) {
        const next = await readers.read('verifyChain', state, CHAIN_SLICE)
        if (next.firstBad !== undefined || next.checkedTo === state.checkedTo) {
          return { checkedTo: next.checkedTo, firstBad: next.firstBad }
        }
        state = next
      }
    },
    verifyContents: (from, limit) => readers.read('checkContents', from, limit),
    countVersions: () => readers.read('countVersions'),
    async grow() {
      const size = await writer.growTree(head())
      return { size, root: await readers.read('rootAt', size) }
    },
    regrow: () => writer.regrowTree(),
    rootAt: (size) => readers.read('rootAt', size),
    proveInclusion: (index, size) => readers.read('proveInclusion', index, size),
    proveConsistency: (from, to) => readers.read('proveConsistency', from, to),
    tile: (level, index, width) => readers.read('treeTile', level, index, width),
    keptTile: (level, index) => readers.read('keptTile', level, index),
    checkpoint: (origin) => readers.read('checkpoint', origin),
    keepCheckpoint: (checkpoint, after) => writer.keepCheckpoint(checkpoint, after),
  }
}

// What a collection holds is for its context to know: the store hands back the JSON that was put, and the caller names
// its type in `find<V>`.
export function createRecordsPort(readers: ReaderPool, clock: Clock): Records {
  return {
    find: async <V>(collection: string, key: string) =>
      (await readers.read('findRecord', collection, key, clock())) as StoredRecord<V> | undefined,
    list: async <V>(collection: string, page: { readonly limit: number; readonly after?: string }) =>
      (await readers.read('listRecords', collection, page, clock())) as RecordPage<V>,
    listBy: async <V>(
      collection: string,
      index: string,
      value: string | number | boolean,
      page: { readonly limit: number; readonly after?: string },
    ) => (await readers.read('listRecordsBy', collection, index, value, page, clock())) as RecordPage<V>,
    ...recordChanges,
  }
}
