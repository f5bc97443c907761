import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'

/** Offsets in the header of a page of a b-tree. @see https://www.sqlite.org/fileformat.html#b_tree_pages */
const HEADER = { freeblock: 1, cells: 3, content: 5 } as const
/** Bytes of that header by the kind of page. */
const HEADER_BYTES: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 }
/** The file's own header stands before that of its first page. */
const FILE_HEADER_BYTES = 100
/** Kinds of page in a pointer map. @see https://www.sqlite.org/fileformat.html#pointer_map_or_ptrmap_pages */
const KIND = { root: 1, free: 2, btree: 5 } as const
/** A free page that lists others: no kind of the map, which knows it as free. */
const KIND_TRUNK = -1
const FIRST_TRUNK_OFFSET = 32
const ENTRY_BYTES = 5
/** Where SQLite puts its locks: no page lies there. */
const LOCK_OFFSET = 0x40000000
/** Free blocks of a page that are followed, at most as many as fit into one. */
const FREEBLOCKS_MAX = 16_384

/**
 * Overwrites what pages of the file hold beside their cells: the gap before the cells, free blocks, free pages. With
 * `secure_delete` SQLite does most of this itself; moving cells between pages leaves copies behind all the same.
 *
 * The bytes it changes belong to nobody, so that a reader of the file sees no difference. The file must hold the newest
 * state of each page, and nobody may write a page meanwhile: it is the writer's, between a checkpoint and the next write.
 *
 * The handle stays open until the store is closed: a process that closes a file gives up its locks on it, also those of
 * its other connections (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 */
export class PageSweep implements Disposable {
  readonly #handle: number
  readonly #pageBytes: number

  constructor(file: string, pageBytes: number) {
    this.#handle = openSync(file, 'r+')
    this.#pageBytes = pageBytes
  }

  /** Pages of the file. */
  get count(): number {
    return Math.floor(fstatSync(this.#handle).size / this.#pageBytes)
  }

  /** Sweeps pages `from` (from 1) and the `limit` - 1 after it; returns in how many something was overwritten. */
  sweep(from: number, limit: number): number {
    const last = Math.min(this.count, from + limit - 1)
    if (last < from) return 0
    const bytes = Buffer.alloc((last - from + 1) * this.#pageBytes)
    readSync(this.#handle, bytes, 0, bytes.length, (from - 1) * this.#pageBytes)
    // Others wrote since the last call: which pages are free is another list now.
    this.#map = undefined
    const trunks = this.#readTrunks()
    let swept = 0
    for (let page = from; page <= last; page++) {
      const at = (page - from) * this.#pageBytes
      const one = bytes.subarray(at, at + this.#pageBytes)
      if (!overwrite(one, page, trunks.has(page) ? KIND_TRUNK : this.#kindOf(page))) continue
      writeSync(this.#handle, one, 0, one.length, (page - 1) * this.#pageBytes)
      swept++
    }
    if (swept > 0) fsyncSync(this.#handle)
    return swept
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle)
  }

  /** Free pages that list other free pages. */
  #readTrunks(): ReadonlySet<number> {
    const trunks = new Set<number>()
    const bytes = Buffer.alloc(4)
    const next = (offset: number): number => {
      readSync(this.#handle, bytes, 0, bytes.length, offset)
      return bytes.readUInt32BE(0)
    }
    for (let page = next(FIRST_TRUNK_OFFSET); page > 0 && page <= this.count && !trunks.has(page); ) {
      trunks.add(page)
      page = next((page - 1) * this.#pageBytes)
    }
    return trunks
  }

  #map: { readonly page: number; readonly bytes: Buffer } | undefined

  /** The kind of a page by the pointer map; undefined for a page that the map does not list: the map's own, the lock's. */
  #kindOf(page: number): number | undefined {
    if (page === 1) return KIND.root
    if ((page - 1) * this.#pageBytes === LOCK_OFFSET) return undefined
    const listed = Math.floor(this.#pageBytes / ENTRY_BYTES)
    let map = Math.floor((page - 2) / (listed + 1)) * (listed + 1) + 2
    if ((map - 1) * this.#pageBytes === LOCK_OFFSET) map++
    if (page <= map) return undefined
    if (this.#map?.page !== map) {
      const bytes = Buffer.alloc(this.#pageBytes)
      readSync(this.#handle, bytes, 0, bytes.length, (map - 1) * this.#pageBytes)
      this.#map = { page: map, bytes }
    }
    return this.#map.bytes[(page - map - 1) * ENTRY_BYTES]
  }
}

/** True when the page held something where nothing is kept. */
function overwrite(page: Buffer, number: number, kind: number | undefined): boolean {
  if (kind === KIND.free) return clear(page, 0, page.length)
  if (kind === KIND_TRUNK) return clear(page, 8 + page.readUInt32BE(4) * 4, page.length)
  return kind === KIND.root || kind === KIND.btree ? overwriteUnused(page, number === 1 ? FILE_HEADER_BYTES : 0) : false
}

function overwriteUnused(page: Buffer, start: number): boolean {
  const header = HEADER_BYTES[page[start] ?? 0]
  if (header === undefined) return false
  const cells = page.readUInt16BE(start + HEADER.cells)
  const content = page.readUInt16BE(start + HEADER.content) || 65_536
  let found = clear(page, start + header + cells * 2, Math.min(content, page.length))
  let block = page.readUInt16BE(start + HEADER.freeblock)
  for (let step = 0; block !== 0 && block + 4 <= page.length && step < FREEBLOCKS_MAX; step++) {
    const end = Math.min(page.length, block + page.readUInt16BE(block + 2))
    found = clear(page, block + 4, end) || found
    block = page.readUInt16BE(block)
  }
  return found
}

function clear(page: Buffer, from: number, to: number): boolean {
  if (from >= to) return false
  const unused = page.subarray(from, to)
  if (unused.every((byte) => byte === 0)) return false
  unused.fill(0)
  return true
}
