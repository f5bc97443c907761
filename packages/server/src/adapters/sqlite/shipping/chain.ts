import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isCascadeError } from '#base'
import { type ChainPlace, readHeader, type SealedHeader } from '../../vault/index.ts'
import { isBase, isSegment, numberOf } from './shipping-folder.ts'

/** A base or a segment as it lies somewhere. */
export interface Link {
  readonly path: string
  readonly header: SealedHeader
  readonly place: ChainPlace
}

/** A chain, as far as its files are there. */
export interface Chain {
  readonly id: string
  /** By number. */
  readonly bases: readonly Link[]
  /** By number, without gaps within a run; the first of a run follows a base or a gap. */
  readonly segments: readonly Link[]
  /** Numbers of segments whose files are there and cannot be read. */
  readonly unreadable: readonly number[]
}

/** A stretch of history that can be restored: every commit from the first to the last sequence. */
export interface Reach {
  readonly chain: string
  readonly from: number
  readonly to: number
  /** When the oldest base was made, and the newest segment cut; RFC 3339. */
  readonly fromAt: string
  readonly toAt: string
}

/** The chains whose files lie in these folders, the newest first. Files that are none of ours are passed over. */
export function listChains(folders: readonly string[]): Chain[] {
  const found = folders.flatMap(filesIn)
  const chains = Map.groupBy(
    found.flatMap(({ link }) => link ?? []),
    ({ place }) => place.id,
  )
  const torn = found.flatMap(({ name, link }) => (link || isBase(name) ? [] : [name]))
  return [...chains]
    .map(([id, all]) => ({
      id,
      bases: ordered(all, 'base'),
      segments: ordered(all, 'segment'),
      unreadable: torn.filter((name) => name.startsWith(id)).map(numberOf),
    }))
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
}

/** What of a chain can be restored; undefined without a base. */
export function reachOf({ id, bases, segments }: Chain): Reach | undefined {
  const first = bases[0]
  if (!first) return undefined
  const last = runAfter(first, segments).at(-1) ?? first
  const newest = bases.reduce((best, base) => (base.header.sequence > best.header.sequence ? base : best), last)
  return {
    chain: id,
    from: first.header.sequence,
    to: newest.header.sequence,
    fromAt: first.header.madeAt,
    toAt: newest.header.madeAt,
  }
}

/** The segments that follow a base without a gap. */
export function runAfter(base: Link, segments: readonly Link[]): Link[] {
  const run: Link[] = []
  for (const segment of segments) {
    if (segment.place.number === base.place.number + run.length + 1) run.push(segment)
  }
  return run
}

interface Found {
  readonly name: string
  /** Undefined for a file that cannot be read. */
  readonly link: Link | undefined
}

function filesIn(folder: string): Found[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => isBase(name) || isSegment(name))
  return names.map((name) => ({ name, link: linkAt(join(folder, name)) }))
}

function linkAt(path: string): Link | undefined {
  try {
    const header = readHeader(path)
    return header.chain && { path, header, place: header.chain }
  } catch (error) {
    if (isCascadeError(error)) return undefined
    throw error
  }
}

/** By number; of two with the same number the one that came last, which holds all of the other. */
function ordered(links: readonly Link[], kind: 'base' | 'segment'): Link[] {
  const ofKind = links.filter(({ header }) => header.kind === kind)
  const byNumber = new Map<number, Link>()
  for (const link of ofKind) {
    const other = byNumber.get(link.place.number)
    if (!other || other.header.sequence <= link.header.sequence) byNumber.set(link.place.number, link)
  }
  return [...byNumber.values()].toSorted((a, b) => a.place.number - b.place.number)
}
