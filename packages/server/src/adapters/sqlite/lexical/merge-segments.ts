import type { Database } from '../database.ts'
import { countPostings, type PostingList, type PostingRows, readAll } from './postings.ts'
import type { Segment } from './segment.ts'
import { type BuiltSegment, readPage, type SegmentRow } from './segment-rows.ts'
import { indexOfTerm, type PageEntry, PageWriter, TermPage } from './term-page.ts'

/** Stands in place of an ordinal for a document that is left behind. */
const DROPPED = -1

/** A document of one of the segments that are merged. */
interface Living {
  readonly source: number
  readonly ordinal: number
  readonly version: number
}

/**
 * One segment in place of several that follow each other. Documents that a later segment, merged or not, took out are
 * left behind; what is counted stays as it was, since those segments count them out.
 *
 * @param isOldest whether there is no segment before them, so that nothing is left for `gone` to name.
 */
export function mergeSegments(database: Database, sources: readonly Segment[], isOldest: boolean): BuiltSegment {
  const rows = sources.map(({ row }) => row)
  const living = livingOf(sources)
  const places = rows.map(({ versions }) => new Int32Array(versions.length).fill(DROPPED))
  for (const [place, { source, ordinal }] of living.entries()) places[source]![ordinal] = place
  const lengths = Uint32Array.from(living, ({ source, ordinal }) => rows[source]!.lengths[ordinal]!)
  return {
    part: rows[0]!.part,
    firstChange: rows[0]!.firstChange,
    lastChange: rows.at(-1)!.lastChange,
    versions: Uint32Array.from(living, ({ version }) => version),
    capsules: Uint32Array.from(living, ({ source, ordinal }) => rows[source]!.capsules[ordinal]!),
    lengths,
    gone: isOldest ? new Uint32Array() : remainingGone(rows),
    netDocuments: rows.reduce((sum, { netDocuments }) => sum + netDocuments, 0),
    netLength: rows.reduce((sum, { netLength }) => sum + netLength, 0),
    pages: mergePages(database, rows, places, lengths),
  }
}

/** By version, ascending. A version that came back is alive in one segment only. */
function livingOf(sources: readonly Segment[]): Living[] {
  const living = sources.flatMap((segment, source) =>
    Array.from(segment.row.versions, (version, ordinal) => ({ source, ordinal, version })).filter(
      ({ ordinal }) => !segment.isDead(ordinal),
    ),
  )
  return living.sort((left, right) => left.version - right.version)
}

/** Those that left segments before the merged ones: the others are named by nobody any more. */
function remainingGone(rows: readonly SegmentRow[]): Uint32Array {
  const remaining = rows.flatMap(({ gone }, at) =>
    [...gone].filter((version) => !rows.slice(0, at).some((row) => hasVersion(row, version))),
  )
  return Uint32Array.from(new Set(remaining)).sort()
}

const hasVersion = ({ versions }: SegmentRow, version: number): boolean =>
  versions[indexOfTerm(versions, version)] === version

/** An entry of one of the segments, and where its documents stand now. */
interface SourceEntry extends PageEntry {
  readonly source: number
}

function mergePages(
  database: Database,
  rows: readonly SegmentRow[],
  places: readonly Int32Array[],
  lengths: Uint32Array,
): BuiltSegment['pages'] {
  const writer = new PageWriter()
  for (const entries of byTerm(rows.map((row, source) => entriesOf(database, row, source)))) {
    const net = entries.reduce((sum, entry) => sum + entry.net, 0)
    const list = moved(entries, places)
    if (list.count > 0 || net !== 0) writer.add(entries[0]!.term, net, list, lengths)
  }
  writer.flush()
  return writer.pages
}

function* entriesOf(database: Database, row: SegmentRow, source: number): Generator<SourceEntry> {
  for (let page = 0; page < row.firstTerms.length; page++) {
    const body = readPage(database, row.key, page)
    if (!body) throw new RangeError(`page ${page} of segment ${row.key} is gone`)
    for (const entry of new TermPage(body).entries()) yield { ...entry, source }
  }
}

/** The entries of each term, in the order of their segments, from streams that ascend by term. */
function* byTerm(streams: readonly Generator<SourceEntry>[]): Generator<readonly SourceEntry[]> {
  const heads = streams.map((stream) => stream.next())
  for (;;) {
    const term = heads.reduce((least, { done, value }) => (done ? least : Math.min(least, value.term)), Infinity)
    if (term === Infinity) return
    const entries: SourceEntry[] = []
    for (const [at, head] of heads.entries()) {
      if (head.done || head.value.term !== term) continue
      entries.push(head.value)
      heads[at] = streams[at]!.next()
    }
    yield entries
  }
}

/** The postings of a term at their new places, ascending; good until the next. */
function moved(entries: readonly SourceEntry[], places: readonly Int32Array[]): PostingList {
  const { documents, weights } = roomFor(entries)
  let count = 0
  let isAscending = true
  for (const { source, postings } of entries) {
    const placesOf = places[source]!
    const end = readAll(postings, { documents, weights }, count)
    for (let row = count; row < end; row++) {
      const place = placesOf[documents[row]!]!
      if (place === DROPPED) continue
      if (count > 0 && place < documents[count - 1]!) isAscending = false
      documents[count] = place
      weights[count++] = weights[row]!
    }
  }
  const list = { count, documents: documents.subarray(0, count), weights: weights.subarray(0, count) }
  return isAscending ? list : sorted(list)
}

/** For postings that are read and left at once. */
let passing: PostingRows = { documents: new Int32Array(), weights: new Int32Array() }

function roomFor(entries: readonly SourceEntry[]): PostingRows {
  const count = entries.reduce((sum, { postings }) => sum + countPostings(postings), 0)
  if (count > passing.documents.length)
    passing = { documents: new Int32Array(count * 2), weights: new Int32Array(count * 2) }
  return passing
}

function sorted({ count, documents, weights }: PostingList): PostingList {
  const order = Uint32Array.from({ length: count }, (_, at) => at)
  order.sort((left, right) => documents[left]! - documents[right]!)
  return {
    count,
    documents: order.map((at) => documents[at]!),
    weights: order.map((at) => weights[at]!),
  }
}
