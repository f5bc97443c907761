import type { Database } from '../database.ts'
import { readStream } from './build-segment.ts'
import { LexicalIndex } from './lexical-index.ts'
import { HEADS, PARTS, REST } from './part.ts'
import { decodePostings, type PostingList, readPostings } from './postings.ts'
import { EMPTY_PLACE, type Segment } from './segment.ts'
import { PAGES_MAX, readPage, type SegmentRow, writePage, writeSegment } from './segment-rows.ts'
import { indexOfTerm, PageWriter, TermPage } from './term-page.ts'
import { weighTerms } from './term-stream.ts'

/**
 * Takes every trace of versions out of the index, within the caller's transaction: what they say, their places in
 * segments, and words that no other text holds. Nothing that is asked afterwards finds or counts them.
 *
 * Segments keep an empty place for a version, so that only the pages of its own terms are written anew.
 */
export function purgeVersions(database: Database, versions: readonly number[]): void {
  const index = new LexicalIndex(database)
  index.refreshSegments()
  const purged = versions.map((version) => ({ version, terms: termsOf(database, version) }))
  for (const part of PARTS) {
    for (const segment of index.part(part).segments) purgeSegment(database, segment, purged)
  }
  const keys = JSON.stringify(versions)
  database.run('DELETE FROM lexical_changes WHERE version IN (SELECT value FROM json_each(?))', keys)
  database.run('DELETE FROM term_streams WHERE version IN (SELECT value FROM json_each(?))', keys)
  // What was merged into other segments still holds them, and so does what is being made just now.
  database.run(`DELETE FROM lexical_pages WHERE key / ${PAGES_MAX} IN (SELECT segment FROM lexical_garbage)`)
  database.run(`DELETE FROM lexical_pages WHERE key / ${PAGES_MAX} >= (SELECT next_segment FROM lexical_state)`)
  database.run('DELETE FROM lexical_garbage')
  database.run('UPDATE lexical_state SET layout = layout + 1, epoch = epoch + 1')
  purgeWords(database, new Set(purged.flatMap(({ terms }) => terms)))
}

interface Purged {
  readonly version: number
  readonly terms: readonly number[]
}

function termsOf(database: Database, version: number): number[] {
  const weights = new Map<number, number>()
  weighTerms(readStream(database, version).stream, weights)
  return [...weights.keys()]
}

/** What a term loses in one segment. */
interface Loss {
  /** Ordinals of the documents that go. */
  readonly places: Set<number>
  /** How many of them were counted: those that had left before were counted out by a later segment. */
  counted: number
}

function purgeSegment(database: Database, segment: Segment, purged: readonly Purged[]): void {
  const { row } = segment
  const losses = new Map<number, Loss>()
  const places = new Set<number>()
  let [netDocuments, netLength] = [row.netDocuments, row.netLength]
  for (const { version, terms } of purged) {
    const ordinal = indexOfTerm(row.versions, version)
    if (row.versions[ordinal] !== version) continue
    const counted = segment.isDead(ordinal) ? 0 : 1
    places.add(ordinal)
    netDocuments -= counted
    netLength -= counted * row.lengths[ordinal]!
    for (const term of terms) {
      const loss = losses.get(term) ?? { places: new Set(), counted: 0 }
      loss.places.add(ordinal)
      loss.counted += counted
      losses.set(term, loss)
    }
  }
  const versions = new Set(purged.map(({ version }) => version))
  const gone = row.gone.filter((version) => !versions.has(version))
  if (places.size === 0 && gone.length === row.gone.length) return
  purgePages(database, row, losses)
  writeSegment(database, { ...row, ...withoutPlaces(row, places), gone, netDocuments, netLength })
}

/** An empty place bears the key of the next document, so that keys ascend and the key is found at its own. */
function withoutPlaces(
  row: SegmentRow,
  places: ReadonlySet<number>,
): Pick<SegmentRow, 'versions' | 'capsules' | 'lengths'> {
  const versions = row.versions.slice()
  for (const ordinal of [...places].sort((left, right) => right - left)) {
    versions[ordinal] = versions[ordinal + 1] ?? EMPTY_PLACE
  }
  const blank = (column: Uint32Array): Uint32Array => column.map((value, ordinal) => (places.has(ordinal) ? 0 : value))
  return { versions, capsules: blank(row.capsules), lengths: blank(row.lengths) }
}

function purgePages(database: Database, row: SegmentRow, losses: ReadonlyMap<number, Loss>): void {
  const pages = new Set([...losses.keys()].map((term) => indexOfTerm(row.firstTerms, term)))
  for (const page of pages) {
    const body = readPage(database, row.key, page)
    if (body) writePage(database, row.key, page, purgePage(new TermPage(body), row.lengths, losses))
  }
}

/** The page without the postings that are lost, and without terms of which nothing is left. */
function purgePage(page: TermPage, lengths: Uint32Array, losses: ReadonlyMap<number, Loss>): Uint8Array {
  const writer = new PageWriter()
  for (const entry of page.entries()) {
    const loss = losses.get(entry.term)
    if (!loss) {
      writer.copy(entry)
      continue
    }
    const net = entry.net - loss.counted
    const list = withoutDocuments(entry.postings, lengths, loss.places)
    if (list.count > 0 || net !== 0) writer.add(entry.term, net, list, lengths)
  }
  return writer.single()
}

function withoutDocuments(bytes: Uint8Array, lengths: Uint32Array, places: ReadonlySet<number>): PostingList {
  const postings = readPostings(bytes, lengths)
  if (!postings) return { count: 0, documents: [], weights: [] }
  const list = decodePostings(postings)
  const kept = Array.from({ length: list.count }, (_, at) => at).filter((at) => !places.has(list.documents[at]!))
  return {
    count: kept.length,
    documents: kept.map((at) => list.documents[at]!),
    weights: kept.map((at) => list.weights[at]!),
  }
}

/** Removes words that no text holds any more; of the others, in which form they were met first. */
function purgeWords(database: Database, terms: ReadonlySet<number>): void {
  const index = new LexicalIndex(database)
  index.refresh()
  const { holders } = index.statistics([HEADS, REST])
  for (const term of terms) {
    if (holders(term) === 0) database.run('DELETE FROM lexicon WHERE id = ?', term)
    else database.run('UPDATE lexicon SET spelling = NULL WHERE id = ?', term)
  }
}
