import { setImmediate } from 'node:timers/promises'
import { isSameBytes } from '#base'
import type { ContentWalk } from './content-walk.ts'
import { CHAIN_START, type ChainLink, followChain } from './leaf-chain.ts'
import type { LedgerStore, RawLeaf } from './ledger-store.ts'
import { askOf, compareTile, type LogDamage } from './log-damage.ts'
import { type FullTile, GrowingTiles, HASH_BYTES, type Hash, hashLeaf, TILE_WIDTH } from './merkle/index.ts'

/** Entries that are read at once. */
const PAGE_ENTRIES = 1000

export interface LogWalkOptions {
  readonly ledger: Pick<LedgerStore, 'rawRange' | 'keptTile' | 'tile'>
  /** The first entry that is looked at. What the one before it was is believed, unless it is the first of all. */
  readonly from: number
  /** Entries of the log: the walk ends with the last of them. */
  readonly size: number
  /** Whether the tiles of the store are held against those that the entries make; of a walk from the first entry. */
  readonly withTiles: boolean
  /** A smaller size at which the root is wanted. */
  readonly notedSize: number
  /** Looks at what the entries tell of; undefined where nobody does. */
  readonly contents: ContentWalk | undefined
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((done: number, total: number) => void) | undefined
}

/**
 * One walk along the entries of a store, from which it works out the tree anew. It ends at the first damage. Others get their
 * turn after each 256 entries: that is a millisecond or two.
 */
export class LogWalk {
  readonly #options: LogWalkOptions
  readonly #tiles: GrowingTiles | undefined
  #link: ChainLink | undefined
  /** The last entry that is sound; -1 for none. */
  checkedTo = -1
  /** Root of the entries at `notedSize`; undefined before they are that many, and for a walk from the middle. */
  notedRoot: Hash | undefined

  constructor(options: LogWalkOptions) {
    this.#options = options
    if (options.from > 0) return
    this.#link = CHAIN_START
    this.#tiles = new GrowingTiles()
    this.#note()
  }

  /** Root of the entries so far; undefined for a walk from the middle. */
  get root(): Hash | undefined {
    return this.#tiles?.root()
  }

  async run(): Promise<LogDamage | undefined> {
    const { ledger, from, size, contents, signal, onProgress } = this.#options
    contents?.begin(from)
    let most = PAGE_ENTRIES
    for (let next = from; next < size; ) {
      signal?.throwIfAborted()
      const page = await askOf(() => ledger.rawRange(next, Math.min(most, size - next)))
      // A page that cannot be read is read entry by entry, to name the one that is lost.
      if (!page.ok && most > 1) most = 1
      else if (!page.ok) return damaged(next, page.reason)
      else {
        const damage = page.value.length > 0 ? await this.#takePage(page.value, next) : lost(next)
        if (damage) return damage
        next += page.value.length
        await contents?.goTo(next)
        onProgress?.(next - from, size - from)
      }
    }
    return this.#checkEdge()
  }

  async #takePage(entries: readonly RawLeaf[], first: number): Promise<LogDamage | undefined> {
    for (const [at, entry] of entries.entries()) {
      const index = first + at
      const damage = this.#take(entry, index) ?? (await this.#addToTree())
      if (damage) return damage
      if (index % TILE_WIDTH === TILE_WIDTH - 1) await setImmediate()
    }
    return undefined
  }

  #take({ index: place, bytes, hash, isListed }: RawLeaf, index: number): LogDamage | undefined {
    if (place !== index) return lost(index)
    const leafHash = hashLeaf(bytes)
    if (!isSameBytes(leafHash, hash)) return damaged(index, 'its text has another hash than the one beside it')
    const step = followChain({ bytes, leafHash }, index, this.#link)
    if (!step.ok) return damaged(index, step.reason)
    if (!isListed) return damaged(index, 'lists find it by something else than it says')
    this.#link = step.link
    this.checkedTo = index
    return undefined
  }

  /** Adds the entry that was taken. Nothing is waited for but where a tile is full. */
  #addToTree(): Promise<LogDamage | undefined> | undefined {
    if (!this.#tiles || !this.#link) return undefined
    const full = this.#tiles.append(this.#link.leafHash)
    this.#note()
    return full.length > 0 && this.#options.withTiles ? this.#checkTiles(full) : undefined
  }

  #note(): void {
    if (this.#tiles?.size === this.#options.notedSize) this.notedRoot = this.#tiles.root()
  }

  async #checkTiles(tiles: readonly FullTile[]): Promise<LogDamage | undefined> {
    for (const { level, index, tree } of tiles) {
      const kept = await askOf(() => this.#options.ledger.keptTile(level, index))
      const damage = compareTile({ level, index, width: TILE_WIDTH }, kept.ok ? kept.value : undefined, tree)
      if (damage) return damage
    }
    return undefined
  }

  /** The tiles that are not full. */
  async #checkEdge(): Promise<LogDamage | undefined> {
    if (!this.#options.withTiles) return undefined
    for (const { level, index, hashes } of this.#tiles?.edge() ?? []) {
      const width = hashes.length / HASH_BYTES
      const kept = await askOf(() => this.#options.ledger.tile(level, index, width))
      const damage = compareTile({ level, index, width }, kept.ok ? kept.value : undefined, hashes)
      if (damage) return damage
    }
    return undefined
  }
}

const lost = (index: number): LogDamage => damaged(index, 'it is missing')

const damaged = (index: number, what: string): LogDamage => ({
  part: 'entries',
  firstBad: index,
  reason: `entry ${index}: ${what}`,
})
