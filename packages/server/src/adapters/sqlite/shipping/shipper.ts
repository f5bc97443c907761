import { existsSync } from 'node:fs'
import { copyFile, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CascadeError, type Clock, createUuidV7, fileTrouble, isErrno, systemRandom, toRfc3339 } from '#base'
import { KeyRing, readHeader, type SealedHeader } from '../../vault/index.ts'
import type { BackupRequest, WrittenBackup } from '../backup.ts'
import {
  baseName,
  type CutState,
  generationName,
  isBase,
  isSegment,
  listWaiting,
  shippingIn,
} from './shipping-folder.ts'

/** A chain gets a new base when its segments are this many times as long as the base, and at least so many bytes. */
const SEGMENTS_PER_BASE = 2
const SEGMENT_BYTES_MIN = 64 * 1024 * 1024
/** A base is no older than this while anything is written: a restore goes through what came after it. */
const BASE_AGE_MS = 24 * 60 * 60 * 1000

/** How long the end of a store waits for a base that is being made. */
export const STOP_MS_MAX = 10_000

export interface ShipperSettings {
  /** Folder that segments and bases are brought to; absolute. */
  readonly target: string
  readonly everyMs: number
  /** Points in time older than this may go. */
  readonly keepMs: number
}

export interface ShipperOptions extends ShipperSettings {
  /** The data folder. */
  readonly directory: string
  /** Folder of the ring. */
  readonly keys: string
  readonly clock: Clock
  readonly writer: {
    cut(): Promise<CutState | undefined>
    beginChain(): Promise<CutState | undefined>
    beginGeneration(): Promise<CutState | undefined>
  }
  readonly writeBase: (request: BackupRequest) => Promise<WrittenBackup>
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** How far shipping has come. */
export interface ShippingStatus {
  /** Newest leaf that can be restored from the target alone; -1 for none. */
  readonly sequence: number
  /** Segments that were cut and are not there yet. */
  readonly waiting: number
  readonly waitingBytes: number
  /** When all that was cut was last brought there; 0 for never. */
  readonly shippedAt: number
  /** Why the last try failed; undefined when it did not. */
  readonly trouble: string | undefined
}

/**
 * Brings segments to where they are kept, in order, and makes bases for them. The store never waits for it: while the
 * target is away segments wait in the data folder, within the bound of the cutter; beyond it the chain ends, and a new one
 * begins when the target is back.
 */
export class Shipper {
  readonly #options: ShipperOptions
  readonly #newId: () => string
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #status: ShippingStatus = { sequence: -1, waiting: 0, waitingBytes: 0, shippedAt: 0, trouble: undefined }
  /** The chain whose base lies in the target, with what came after it. */
  #base: { readonly chain: string; readonly bytes: number; readonly at: number } | undefined
  #segmentBytes = 0
  /** That nobody else ships to the target was looked up. */
  #isOurs = false
  #isStopping = false

  constructor(options: ShipperOptions) {
    this.#options = options
    this.#newId = createUuidV7(options.clock, systemRandom)
  }

  get status(): ShippingStatus {
    return this.#status
  }

  start(): void {
    void this.round()
    this.#timer = setInterval(() => void this.round(), this.#options.everyMs).unref()
  }

  /** Cuts, ships, makes a base where one is due, drops what is too old. One round at a time; never rejects. */
  round(): Promise<void> {
    this.#running = this.#running.then(() => this.#try(() => this.#round()))
    return this.#running
  }

  /** Begins a new chain with a base, in turn with the rounds. @throws CascadeError UNAVAILABLE when the target is away. */
  async beginAnew(): Promise<void> {
    const turn = this.#running.then(() => this.#beginAnew())
    // Whoever asked hears of a failure; the next round goes on without.
    this.#running = Promise.allSettled([turn]).then(() => undefined)
    await turn
  }

  async #beginAnew(): Promise<void> {
    assertThere(this.#options.target)
    for (const name of listWaiting(this.#options.directory)) await rm(this.#waiting(name), { force: true })
    const state = await this.#options.writer.beginChain()
    if (state) await this.#makeBase(state)
  }

  /**
   * Ends the rounds. Waits a while for the one that is under way, which may be making a base: a command that opens a folder
   * for a moment makes the first one too. After that whoever closes the store ends what still runs.
   */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#isStopping = true
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, STOP_MS_MAX)
    await Promise.race([this.#running, promise])
    clearTimeout(timer)
  }

  /** Brings what still waits, once the writer has closed and what ran was ended. Never rejects. */
  async last(): Promise<void> {
    await this.#running
    await this.#try(async () => {
      assertThere(this.#options.target)
      await this.#assertOurs()
      await this.#shipWaiting()
    })
  }

  async #round(): Promise<void> {
    const { writer, target } = this.#options
    const cut = await writer.cut()
    assertThere(target)
    await this.#assertOurs()
    await this.#shipWaiting()
    const state = cut ?? (await writer.beginChain())
    if (!state) return
    await this.#findBase(state.chain)
    if (this.#isBaseDue(state)) await this.#makeBase(state)
    await this.#dropOld(state.chain)
    this.#status = { ...this.#status, sequence: state.sequence, shippedAt: this.#options.clock(), trouble: undefined }
  }

  /** Two stores in one folder would be taken for one history. @throws CascadeError CONFLICT. */
  async #assertOurs(): Promise<void> {
    if (this.#isOurs) return
    const { target, keys } = this.#options
    for (const name of (await readdir(target)).filter(isBase)) {
      const { header } = await this.#lookAt(name)
      if (header.keys === keys) continue
      throw new CascadeError(
        'CONFLICT',
        `Another instance ships to ${target}: its keys lie in ${header.keys}. Name a folder of this one’s own.`,
      )
    }
    this.#isOurs = true
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const trouble = fileTrouble(error)
      if (this.#status.trouble !== trouble && !this.#isStopping)
        this.#options.onTrouble('the log is not shipped', error)
      this.#status = { ...this.#status, trouble }
    } finally {
      await this.#countWaiting()
    }
  }

  async #shipWaiting(): Promise<void> {
    for (const name of listWaiting(this.#options.directory)) {
      const from = this.#waiting(name)
      await copyThrough(from, join(this.#options.target, name))
      this.#segmentBytes += (await stat(from)).size
      await rm(from)
    }
  }

  /** What a process before this one brought there. */
  async #findBase(chain: string): Promise<void> {
    if (this.#base?.chain === chain) return
    const names = (await readdir(this.#options.target)).filter((name) => name.startsWith(chain))
    const newest = names.filter(isBase).toSorted().at(-1)
    this.#base = undefined
    this.#segmentBytes = 0
    if (newest === undefined) return
    const { header, bytes } = await this.#lookAt(newest)
    this.#base = { chain, bytes, at: Date.parse(header.madeAt) }
    for (const name of names.filter((one) => isSegment(one) && one > newest)) {
      this.#segmentBytes += (await stat(join(this.#options.target, name))).size
    }
  }

  #isBaseDue({ chain }: CutState): boolean {
    if (this.#base?.chain !== chain) return true
    const isLong = this.#segmentBytes > Math.max(SEGMENT_BYTES_MIN, SEGMENTS_PER_BASE * this.#base.bytes)
    return isLong || (this.#segmentBytes > 0 && this.#options.clock() - this.#base.at > BASE_AGE_MS)
  }

  async #makeBase(begun: CutState): Promise<void> {
    const { directory, keys, target, clock, writer, writeBase } = this.#options
    const state = (await writer.beginGeneration()) ?? begun
    const number = state.next - 1
    const { header, fileBytes } = await writeBase({
      file: join(target, baseName(state.chain, number)),
      ...{ directory, keys, kind: 'base', id: `${state.chain}-${number}`, keyId: this.#newId() },
      group: generationName(state.chain, state.generation),
      madeAt: toRfc3339(clock()),
      chain: { id: state.chain, number, previous: state.previous, after: state.sequence },
    })
    this.#base = { chain: state.chain, bytes: fileBytes, at: Date.parse(header.madeAt) }
    this.#segmentBytes = 0
    // Segments that were cut before the base are brought too: the chain of digests goes through them.
    await this.#shipWaiting()
  }

  /** Drops generations that no point within `keepMs` needs, keys first, and files whose keys were destroyed. */
  async #dropOld(current: string): Promise<void> {
    const { keys, keepMs, clock, target } = this.#options
    const ring = new KeyRing(keys)
    const names = (await readdir(target)).filter((name) => isBase(name) || isSegment(name)).toSorted()
    const before = clock() - keepMs
    const bases: SealedHeader[] = []
    for (const name of names.filter((one) => isBase(one) && one.startsWith(current))) {
      bases.push((await this.#lookAt(name)).header)
    }
    const oldest = bases.filter(({ madeAt }) => Date.parse(madeAt) < before).at(-1)
    const groups = new Set(ring.list().flatMap(({ kind, group }) => (kind === 'backup' ? [] : [group])))
    for (const group of groups) {
      if (oldest?.chain && isBefore(group, current, oldest.chain.number)) ring.destroy(group, 'too old', clock())
    }
    const destroyed = new Set(ring.destroyed().map(({ keyId }) => keyId))
    const firstKept = oldest === undefined ? '' : baseName(current, oldest.chain?.number ?? 0)
    for (const name of names) {
      const isOld =
        firstKept !== '' && (!name.startsWith(current) || name.slice(0, SORTED) <= firstKept.slice(0, SORTED))
      if (isOld && destroyed.has((await this.#lookAt(name)).header.keyId)) await rm(join(target, name), { force: true })
    }
  }

  async #lookAt(name: string): Promise<{ header: SealedHeader; bytes: number }> {
    const path = join(this.#options.target, name)
    return { header: readHeader(path), bytes: (await stat(path)).size }
  }

  async #countWaiting(): Promise<void> {
    const names = listWaiting(this.#options.directory)
    const sizes = await Promise.all(names.map((name) => sizeOf(this.#waiting(name))))
    this.#status = {
      ...this.#status,
      waiting: names.length,
      waitingBytes: sizes.reduce((sum, size) => sum + size, 0),
    }
  }

  #waiting = (name: string): string => join(shippingIn(this.#options.directory), name)
}

/** Characters of a name that order it within its chain: id, hyphen, number. */
const SORTED = 36 + 1 + 12

/** Groups of other chains, and of this one before the base with this number. */
function isBefore(group: string, current: string, number: number): boolean {
  return !group.startsWith(current) || Number(group.slice(current.length + 1)) < number
}

/** A folder that is not mounted is not made: what was brought to the place where it belongs would be on another disk. */
function assertThere(target: string): void {
  if (!existsSync(target)) {
    throw new CascadeError('UNAVAILABLE', `${target} is not there; segments wait in the data folder.`)
  }
}

/** Copies a file so that the copy is on the disk, and there as a whole or not at all, when this returns. */
async function copyThrough(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`
  await copyFile(from, partial)
  const handle = await open(partial, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, to)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0
    throw error
  }
}
