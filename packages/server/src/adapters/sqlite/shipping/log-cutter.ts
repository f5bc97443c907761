import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { createUuidV7, makeFolder, messageOf, systemRandom, toRfc3339 } from '#base'
import { KeyRing, type SealedFile, SealedWriter } from '../../vault/index.ts'
import type { Database } from '../database.ts'
import { DATABASE_FILE, PAGE_BYTES } from '../store-file.ts'
import { fingerprintOf, logOf, saltsOf } from './continuity.ts'
import { largestKey } from './newest-leaf.ts'
import { type Commit, writeHead, writePage } from './segment.ts'
import {
  type CutState,
  endChain,
  generationName,
  readState,
  segmentName,
  shippingIn,
  waitingBytes,
  writeState,
} from './shipping-folder.ts'
import { WalFile } from './wal-file.ts'

export interface CutterSettings {
  /** Folder of the ring. */
  readonly keys: string
  /** Where segments will lie, for the list of keys. */
  readonly place: string
  /** Bytes of the log from which on it is cut. */
  readonly bytes: number
  /** Bytes that may wait to be shipped. */
  readonly waitingBytesMax: number
}

/**
 * Cuts the write-ahead log into sealed segments, which wait in the data folder until they are shipped. It lives in the
 * thread of the writer, which alone writes and empties the log: nothing is committed while it cuts, and nothing is emptied
 * that was not cut.
 *
 * Whatever goes wrong here ends the chain and not the store: shipping then needs a new base.
 */
export class LogCutter implements Disposable {
  readonly #database: Database
  readonly #directory: string
  readonly #settings: CutterSettings
  readonly #onTrouble: (message: string) => void
  readonly #newId = createUuidV7(Date.now, systemRandom)
  /** Page → its newest frame, in the log with these salts up to this frame. */
  readonly #newest = new Map<number, number>()
  #indexed = { salts: '', frames: 0 }
  #state: CutState | undefined
  /**
   * The file of the store. It stays open as long as the store is: a process that closes a file gives up its locks on it,
   * also those of its other connections (https://www.sqlite.org/howtocorrupt.html, section 2.2).
   */
  #file: number | undefined

  constructor(database: Database, directory: string, settings: CutterSettings, onTrouble: (message: string) => void) {
    this.#database = database
    this.#directory = directory
    this.#settings = settings
    this.#onTrouble = onTrouble
    this.#state = readState(directory)
  }

  /** How far the log was cut; undefined when there is no chain. */
  get state(): CutState | undefined {
    return this.#state
  }

  /** Begins a chain at the end of the log as it is. A base made from now on is what it begins with. */
  begin(): CutState {
    makeFolder(shippingIn(this.#directory), 0o700)
    const frames = this.#committedFrames()
    this.#save({
      chain: this.#newId(),
      generation: 0,
      next: 1,
      previous: null,
      salts: frames === 0 ? '' : this.#open().salts,
      frames,
      sequence: this.#head(),
      folded: fingerprintOf(this.#directory),
    })
    return this.#get()
  }

  /** Begins a generation: the base that is made now holds all that was cut. Undefined when there is no chain. */
  beginGeneration(now: number): CutState | undefined {
    this.cut(now)
    if (this.#state) this.#save({ ...this.#state, generation: this.#state.next - 1 })
    return this.#state
  }

  /** After a commit: cuts when enough has gathered. */
  wrote(now: number): void {
    if (this.#state && this.#uncutFrames() * PAGE_BYTES >= this.#settings.bytes) this.cut(now)
  }

  /**
   * Cuts all that was committed. True when the log may be emptied: everything lies in segments, or there is no chain.
   * False when the chain ended and even that could not be written down.
   */
  cut(now: number): boolean {
    if (!this.#state) return this.#hasEnded()
    try {
      if (waitingBytes(this.#directory) > this.#settings.waitingBytesMax) {
        throw new RangeError(`more than ${this.#settings.waitingBytesMax} bytes wait to be shipped`)
      }
      this.#cut(this.#state, now)
      return true
    } catch (error) {
      this.#onTrouble(`the shipping of the log ended and begins anew with a base: ${messageOf(error)}`)
      this.#state = undefined
      return this.#hasEnded()
    }
  }

  /** The log was emptied after a cut; written down, so that a start can tell that nothing happened in between. */
  folded(): void {
    try {
      if (this.#state && saltsOf(this.#directory) === '')
        this.#save({ ...this.#state, folded: fingerprintOf(this.#directory) })
    } catch (error) {
      // The next start ends the chain where it finds the file folded and that not written down.
      this.#onTrouble(`that the log was emptied cannot be written down: ${messageOf(error)}`)
    }
  }

  /** Ends with the connection to the store, and not before it: see `#file`. */
  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #cut(state: CutState, now: number): void {
    const committed = this.#committedFrames()
    if (committed === 0) return
    using log = this.#open()
    const from = log.salts === state.salts ? state.frames : 0
    if (committed <= from) return
    const commits = this.#index(log, from, committed)
    const sealed = this.#seal(log, state, { from, to: committed, commits, now })
    const sequence = commits.at(-1)?.sequence ?? state.sequence
    this.#save({
      ...state,
      next: state.next + 1,
      previous: sealed.digest,
      salts: log.salts,
      frames: committed,
      sequence,
    })
  }

  /** Goes through the frames that were not gone through, and tells of each transaction after `from` where the log stood. */
  #index(log: WalFile, from: number, to: number): Commit[] {
    if (this.#indexed.salts !== log.salts) {
      this.#newest.clear()
      this.#indexed = { salts: log.salts, frames: 0 }
    }
    const root = this.#rootOfLeaves()
    const commits: Commit[] = []
    for (const { number, page, pagesAfter } of log.frames(this.#indexed.frames, to)) {
      this.#newest.set(page, number)
      if (pagesAfter === 0 || number <= from) continue
      const sequence = largestKey(root, (wanted) => this.#page(log, wanted))
      if (commits.at(-1)?.sequence === sequence) commits.pop()
      commits.push({ frames: number - from, sequence, at: this.#timeOf(sequence), pages: pagesAfter })
    }
    this.#indexed = { salts: log.salts, frames: to }
    const found = commits.at(-1)?.sequence
    if (found !== this.#head()) throw new RangeError(`the log ends with leaf ${found}, the store with ${this.#head()}`)
    return commits
  }

  /** A page that no frame holds was not changed since the log began anew, so it lies in the file as it was. */
  #page(log: WalFile, page: number): Buffer {
    const frame = this.#newest.get(page)
    if (frame !== undefined) return log.pageAt(frame)
    this.#file ??= openSync(join(this.#directory, DATABASE_FILE), 'r')
    const bytes = Buffer.alloc(PAGE_BYTES)
    readSync(this.#file, bytes, 0, PAGE_BYTES, (page - 1) * PAGE_BYTES)
    return bytes
  }

  #seal(log: WalFile, state: CutState, cut: Cut): SealedFile {
    const { keys, place } = this.#settings
    const name = segmentName(state.chain, state.next)
    const named = {
      kind: 'segment',
      id: `${state.chain}-${state.next}`,
      keyId: this.#newId(),
      madeAt: toRfc3339(cut.now),
      sequence: cut.commits.at(-1)?.sequence ?? state.sequence,
    } as const
    const chain = { id: state.chain, number: state.next, previous: state.previous, after: state.sequence }
    const facts = { ...named, place: join(place, name), handedOut: false }
    const key = new KeyRing(keys).create(generationName(state.chain, state.generation), facts)
    using writer = new SealedWriter(join(shippingIn(this.#directory), name), { ...named, keys, chain }, key)
    writeHead(writer, { pageBytes: PAGE_BYTES, commits: cut.commits })
    for (const frame of log.frames(cut.from, cut.to)) writePage(writer, frame.page, frame.bytes)
    return writer.end()
  }

  #uncutFrames(): number {
    const frames = this.#committedFrames()
    // A log that began anew is shorter than what was cut of the one before, or about to be found so.
    return this.#state && frames >= this.#state.frames ? frames - this.#state.frames : frames
  }

  #save(state: CutState): void {
    writeState(this.#directory, state)
    this.#state = state
  }

  #get(): CutState {
    if (!this.#state) throw new RangeError('a chain was begun and is not there')
    return this.#state
  }

  /** A chain that ended must be forgotten before the log is emptied, or it would be taken up again with a gap. */
  #hasEnded(): boolean {
    try {
      endChain(this.#directory)
      return true
    } catch (error) {
      this.#onTrouble(`the end of shipping cannot be written down: ${messageOf(error)}`)
      return false
    }
  }

  #open(): WalFile {
    return new WalFile(logOf(this.#directory), PAGE_BYTES)
  }

  /** Frames of the log that hold committed transactions. */
  #committedFrames(): number {
    if (!existsSync(logOf(this.#directory))) return 0
    return this.#database.get<{ log: number }>('PRAGMA wal_checkpoint(NOOP)')?.log ?? 0
  }

  #head(): number {
    return this.#database.get<{ head: number }>('SELECT coalesce(max(sequence), -1) AS head FROM leaves')?.head ?? -1
  }

  #rootOfLeaves(): number {
    const sql = "SELECT rootpage AS root FROM sqlite_schema WHERE name = 'leaves' AND type = 'table'"
    return this.#database.get<{ root: number }>(sql)?.root ?? 0
  }

  #timeOf(sequence: number): string {
    const sql = "SELECT text ->> '$.time' AS at FROM leaves WHERE sequence = ?"
    return this.#database.get<{ at: string }>(sql, sequence)?.at ?? ''
  }
}

interface Cut {
  readonly from: number
  readonly to: number
  readonly commits: readonly Commit[]
  readonly now: number
}
