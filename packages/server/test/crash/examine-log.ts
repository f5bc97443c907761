import { createPrivateKey } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { isSameBytes } from '#base'
import { type Checkpoint, GrowingTiles, openCheckpoint, verifyConsistency } from '#ledger'
import type { LedgerLine } from './ledger-leg.ts'
import { type LogPlaces, type LogWorld, openLogWorld } from './ledger-world.ts'

const PAGE = 1000

/** What somebody outside knows of a log: what it was told, and what it found in the mirror. */
export class LogWitness {
  readonly #places: LogPlaces & { readonly mirror: string }
  readonly #hashes = new Map<number, string>()
  readonly #notes = new Set<string>()
  #key: string | undefined
  #origin: string | undefined

  constructor(places: LogPlaces & { readonly mirror: string }) {
    this.#places = places
  }

  hear(lines: readonly LedgerLine[]): void {
    for (const line of lines) {
      if (line.kind === 'entry') this.#hashes.set(line.sequence, line.hash)
      if (line.kind === 'checkpoint') this.#notes.add(line.note)
    }
  }

  /** Looks at the files alone, and remembers what the mirror says; how many files that were. */
  examineFolder(): number {
    this.#checkKey()
    const mirrored = this.#readMirror()
    if (mirrored !== undefined) this.#notes.add(mirrored)
    return 2
  }

  /** Opens what is left as the next start does, and compares it with all that is known; how many facts that were. */
  async examine(): Promise<number> {
    this.examineFolder()
    await using world = await openLogWorld(this.#places)
    const { origin, checkpointer } = world.log
    this.#checkKey()
    expect(this.#origin ?? origin).toBe(origin)
    this.#origin = origin
    const hashes = await this.#checkEntries(world)
    await this.#checkCheckpoints(world, hashes)
    // The mirror that lagged behind has come up, and what the start signed is known from now on.
    expect(this.#readMirror()).toBe(checkpointer.last?.note)
    expect(world.troubles).toEqual([])
    if (checkpointer.last) this.#notes.add(checkpointer.last.note)
    return this.#hashes.size + this.#notes.size
  }

  #readMirror(): string | undefined {
    const { mirror } = this.#places
    const names = existsSync(mirror) ? readdirSync(mirror).filter((name) => name.endsWith('.checkpoint')) : []
    expect(names.length).toBeLessThanOrEqual(1)
    return names[0] === undefined ? undefined : readFileSync(join(mirror, names[0]), 'utf8')
  }

  /** Where there is a key it is whole, and it is the one that there was. */
  #checkKey(): void {
    const path = join(this.#places.directory, 'ledger.key')
    const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined
    expect(text).toBe(this.#key ?? text)
    if (text === undefined) return
    expect(createPrivateKey(text).asymmetricKeyType).toBe('ed25519')
    this.#key = text
  }

  async #checkEntries({ store: { ledger } }: LogWorld): Promise<readonly string[]> {
    const hashes: string[] = []
    for (let page = await ledger.range(0, PAGE); page.length > 0; page = await ledger.range(hashes.length, PAGE))
      hashes.push(...page.map(({ hash }) => hash))
    for (const [sequence, hash] of this.#hashes) expect(hashes[sequence]).toBe(hash)
    expect((await ledger.verifyChain(0)).firstBad).toBeUndefined()
    return hashes
  }

  /** Each checkpoint is a whole note of this log's key; the log of now contains it; none says what another of its size does not. */
  async #checkCheckpoints(
    { store: { ledger }, log: { origin, keys } }: LogWorld,
    hashes: readonly string[],
  ): Promise<void> {
    const now = await ledger.grow()
    const tiles = new GrowingTiles()
    const roots = [tiles.root()]
    for (const hash of hashes) {
      tiles.append(Buffer.from(hash, 'hex'))
      roots.push(tiles.root())
    }
    expect([now.size, isSameBytes(now.root, roots[now.size]!)]).toEqual([hashes.length, true])
    const known = [...this.#notes].map((note) => openCheckpoint(note, origin, keys))
    expect(known).not.toContain(undefined)
    for (const { size, root } of known as Checkpoint[]) {
      expect([size, isSameBytes(root, roots[size] ?? new Uint8Array())]).toEqual([size, true])
      const proof = await ledger.proveConsistency(size, now.size)
      expect(verifyConsistency({ from: size, to: now.size, fromRoot: root, toRoot: now.root, proof })).toBe(true)
    }
    const largest = Math.max(0, ...known.map((checkpoint) => checkpoint?.size ?? 0))
    expect((await ledger.checkpoint(origin))?.size).toBeGreaterThanOrEqual(largest)
  }
}
