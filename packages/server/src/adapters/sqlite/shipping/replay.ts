import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { CascadeError } from '#base'
import { SealedReader, unsealFile } from '../../vault/index.ts'
import { type Chain, type Link, reachOf, runAfter } from './chain.ts'
import { type Commit, SegmentReader } from './segment.ts'

/** The newest leaf that is wanted, or the time after which nothing is. */
export type Point =
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'time'; readonly time: string }
  | { readonly kind: 'newest' }

export type FindKey = (reader: SealedReader) => Uint8Array

/** What a replay ended with. */
export interface Replayed {
  readonly chain: string
  /** The last leaf before the point: of leaves that were committed together all or none. */
  readonly sequence: number
}

/**
 * Writes the store as it was at a point: the last base before it, and page by page what the segments after that hold, up
 * to the last transaction that is not after the point. Pages are written over each other in the order of the log, so that
 * it does not matter how far into the first segments the base had come when it was made.
 *
 * @throws CascadeError UNPROCESSABLE for a point that is out of reach, BACKUP_INVALID for a chain that is torn before it,
 *   with the last sequence that can be reached; BACKUP_KEY_MISSING.
 */
export function replay(chains: readonly Chain[], point: Point, draft: string, findKey: FindKey): Replayed {
  const { chain, base } = choose(chains, point)
  using reader = new SealedReader(base.path)
  unsealFile(reader, findKey(reader), draft)
  const target = openSync(draft, 'r+')
  try {
    return { chain: chain.id, sequence: applyAll(target, { chain, base, point, findKey }) }
  } finally {
    closeSync(target)
  }
}

interface Replay {
  readonly chain: Chain
  readonly base: Link
  readonly point: Point
  readonly findKey: FindKey
}

function applyAll(target: number, { chain, base, point, findKey }: Replay): number {
  const run = runAfter(base, chain.segments)
  let reached = base.header.sequence
  let previous = base.place.previous
  for (const link of run) {
    if (isPast(base, link, point)) return reached
    if (link.place.previous !== previous) throw torn(link, reached, 'it does not follow the one before')
    const applied = applySegment(target, link, { point, reached, findKey })
    reached = applied.reached
    if (applied.isOver) return reached
    previous = applied.digest
  }
  assertReached(chain, point, { reached, last: run.at(-1) ?? base })
  return reached
}

/**
 * True when the point lies before a segment, and the base before the point. What the segment may still hold of the same
 * sequence is care of the file; only a base of just this sequence may have been made after some of it.
 */
const isPast = (base: Link, { place }: Link, point: Point): boolean =>
  point.kind === 'sequence' && place.after >= point.sequence && base.header.sequence < point.sequence

interface Applied {
  readonly reached: number
  /** True when the segment holds something after the point. */
  readonly isOver: boolean
  readonly digest: string | null
}

function applySegment(
  target: number,
  link: Link,
  { point, reached, findKey }: Pick<Replay, 'point' | 'findKey'> & { readonly reached: number },
): Applied {
  try {
    using segment = new SegmentReader(link.path, findKey)
    const { commits, pageBytes } = segment.head
    const wanted = commits.filter((commit) => isWithin(commit, point))
    const last = wanted.at(-1)
    for (const { page, bytes } of segment.pages(last?.frames ?? 0)) writeAt(target, bytes, (page - 1) * pageBytes)
    if (last) ftruncateSync(target, last.pages * pageBytes)
    const isOver = wanted.length < commits.length
    const sequence = last ? Math.max(reached, last.sequence) : reached
    return { reached: sequence, isOver, digest: isOver ? null : segment.finish() }
  } catch (error) {
    if (error instanceof CascadeError && error.code === 'BACKUP_INVALID') throw torn(link, reached, error.detail)
    throw error
  }
}

/** Times of leaves never run backwards, nor do their sequences: what is within a point is a beginning of the chain. */
function isWithin(commit: Commit, point: Point): boolean {
  if (point.kind === 'newest') return true
  return point.kind === 'sequence' ? commit.sequence <= point.sequence : commit.at <= point.time
}

function writeAt(target: number, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(target, bytes, at, bytes.length - at, offset + at)
}

/** The newest chain that reaches the point, and its last base before it. */
function choose(chains: readonly Chain[], point: Point): { chain: Chain; base: Link } {
  for (const chain of chains) {
    const base = chain.bases.filter(({ header }) => isBaseBefore(header, point)).at(-1)
    if (base) return { chain, base }
  }
  throw outOfReach(chains)
}

function isBaseBefore({ sequence, madeAt }: { sequence: number; madeAt: string }, point: Point): boolean {
  if (point.kind === 'newest') return true
  return point.kind === 'sequence' ? sequence <= point.sequence : madeAt <= point.time
}

/** A sequence that no segment goes up to: the chain is torn before it, or it lies in the future. */
function assertReached(chain: Chain, point: Point, { reached, last }: { reached: number; last: Link }): void {
  const next = last.place.number + 1
  const hasMore = chain.unreadable.includes(next) || chain.segments.some(({ place }) => place.number > next)
  if (hasMore && (point.kind !== 'sequence' || point.sequence > reached)) {
    throw new CascadeError(
      'BACKUP_INVALID',
      `Segment ${next} of the chain ${chain.id} is missing or damaged; the last good sequence is ${reached}. Nothing was restored.`,
    )
  }
  if (point.kind === 'sequence' && point.sequence > reached) throw outOfReach([chain])
}

const torn = (link: Link, reached: number, why: string): CascadeError =>
  new CascadeError(
    'BACKUP_INVALID',
    `Segment ${link.place.number} of the chain ${link.place.id} cannot be used: ${why} The last good sequence is ${reached}. Nothing was restored.`,
  )

function outOfReach(chains: readonly Chain[]): CascadeError {
  const reaches = chains.flatMap((chain) => reachOf(chain) ?? [])
  const words = reaches.map(({ from, to, fromAt, toAt }) => `${from} to ${to} (${fromAt} to ${toAt})`)
  return new CascadeError(
    'UNPROCESSABLE',
    words.length === 0
      ? 'There is no shipped log to restore from.'
      : `This point is out of reach; sequences ${words.join(', ')} can be restored.`,
  )
}
