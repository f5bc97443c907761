import type { Database } from '../database.ts'
import { LexicalIndex } from './lexical-index.ts'
import { HEADS, PARTS, type Part } from './part.ts'
import { decodePostings, readPostings } from './postings.ts'
import type { Segment } from './segment.ts'
import { readPage } from './segment-rows.ts'
import type { Tail } from './tail.ts'
import { TermPage } from './term-page.ts'
import { weighTerms } from './term-stream.ts'

/** Versions that one half of the index must hold, from the rows of capsules. */
const WANTED: Readonly<Record<Part, string>> = {
  0: 'SELECT head AS version FROM capsules WHERE status = 1 AND indexed = 1',
  1: `SELECT v.key AS version FROM versions v JOIN capsules c ON c.key = v.capsule
      WHERE v.indexed = 1 AND NOT (c.status = 1 AND c.head = v.key)`,
}

/** Compares numbers: what is wrong with the index, or undefined. To be called within one read transaction. */
export function examineCounts(database: Database): string | undefined {
  const index = new LexicalIndex(database)
  index.refresh()
  const streams = countOf(database, 'SELECT count(*) AS n FROM term_streams')
  const versions = countOf(database, 'SELECT count(*) AS n FROM versions WHERE indexed = 1')
  if (streams !== versions) return `${versions} versions should have terms, ${streams} have`
  for (const part of PARTS) {
    const wanted = countOf(database, `SELECT count(*) AS n FROM (${WANTED[part]})`)
    const held = index.statistics([part]).documents
    if (held !== wanted) return `the index of words holds ${held} ${nameOf(part)}, ${wanted} are wanted`
  }
  return undefined
}

/**
 * Compares everything: each version stands in the half it belongs to, and segments say of it what its terms say. Takes
 * time in proportion to what is stored.
 */
export function examineIndex(database: Database): string | undefined {
  const counts = examineCounts(database)
  if (counts !== undefined) return counts
  const index = new LexicalIndex(database)
  index.refresh()
  for (const part of PARTS) {
    const problem = examinePart(database, index, part)
    if (problem !== undefined) return problem
  }
  return undefined
}

function examinePart(database: Database, index: LexicalIndex, part: Part): string | undefined {
  const { segments, tail } = index.part(part)
  const wanted = new Tally()
  const frequencies = new Map<number, number>()
  const weights = new Map<number, number>()
  for (const { version, stream } of database.iterate<{ version: number; stream: Uint8Array }>(
    `SELECT w.version, s.stream FROM (${WANTED[part]}) w CROSS JOIN term_streams s ON s.version = w.version`,
  )) {
    weighTerms(stream, weights)
    wanted.document(version)
    for (const [term, weight] of weights) {
      wanted.posting(term, version, weight)
      frequencies.set(term, (frequencies.get(term) ?? 0) + 1)
    }
  }
  const held = new Tally()
  tallyTail(tail, frequencies.keys(), held)
  for (const segment of segments) tallySegment(database, segment, held)
  if (!held.equals(wanted)) return `the ${nameOf(part)} in the index of words differ from the rows`
  const { holders } = index.statistics([part])
  for (const [term, frequency] of frequencies) {
    if (holders(term) !== frequency) return `term ${term} is counted ${holders(term)} times, not ${frequency}`
  }
  return undefined
}

function tallySegment(database: Database, segment: Segment, tally: Tally): void {
  const { versions, lengths, firstTerms } = segment.row
  for (const [ordinal, version] of versions.entries()) if (!segment.isDead(ordinal)) tally.document(version)
  for (let page = 0; page < firstTerms.length; page++) {
    const body = readPage(database, segment.key, page)
    if (!body) return
    for (const { term, postings: bytes } of new TermPage(body).entries()) {
      const postings = readPostings(bytes, lengths)
      if (!postings) continue
      const { documents, weights, count } = decodePostings(postings)
      for (let at = 0; at < count; at++) {
        if (!segment.isDead(documents[at]!)) tally.posting(term, versions[documents[at]!]!, weights[at]!)
      }
    }
  }
}

function tallyTail(tail: Tail, terms: Iterable<number>, tally: Tally): void {
  for (const [ordinal, version] of tail.versions.entries()) if (!tail.isDead(ordinal)) tally.document(version)
  for (const term of terms) {
    const postings = tail.postings(term)
    for (let at = 0; at < postings.length; at += 2) {
      const ordinal = postings[at]!
      if (!tail.isDead(ordinal)) tally.posting(term, tail.versions[ordinal]!, postings[at + 1]!)
    }
  }
}

/** Sums over a set in any order; two sets with equal sums are, but for one chance in billions, the same. */
class Tally {
  #documents = 0
  #versions = 0
  #postings = 0
  #marks = 0

  document(version: number): void {
    this.#documents++
    this.#versions = (this.#versions + mix(version)) >>> 0
  }

  posting(term: number, version: number, weight: number): void {
    this.#postings++
    this.#marks = (this.#marks + mix(mix(mix(term) ^ version) ^ weight)) >>> 0
  }

  equals(other: Tally): boolean {
    return (
      this.#documents === other.#documents &&
      this.#versions === other.#versions &&
      this.#postings === other.#postings &&
      this.#marks === other.#marks
    )
  }
}

/** Spreads a number over 32 bits (the finaliser of MurmurHash3, A. Appleby). */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const nameOf = (part: Part): string => (part === HEADS ? 'heads' : 'other versions')

const countOf = (database: Database, sql: string): number => database.get<{ n: number }>(sql)?.n ?? 0
