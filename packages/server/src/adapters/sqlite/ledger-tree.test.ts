import { expect, test } from 'vitest'
import { HASH_BYTES, type Hash, TILE_WIDTH } from '#ledger'
import { treeOf } from '../../platform/ledger/merkle/testing.ts'
import { campaign, createSeeded } from '../../platform/store/testing.ts'
import { Database } from './database.ts'
import { LedgerTree } from './ledger-tree.ts'
import { migrate } from './migrations.ts'
import { createFolders } from './testing.ts'
import { TreeReader } from './tree-reader.ts'

const LIVES = campaign(3, 60)
const OPERATIONS = 4000
/** Leaves that one call of `grow` adds at most. */
const AT_ONCE = 4096
const LEAVES = 15_000
const TEST_MS_MAX = campaign(60_000, 600_000)

const folder = createFolders()
/** By the letter of RFC 6962, with none of the code under test; its leaves are those of every log here. */
const defined = treeOf(LEAVES)

/** A log with nothing but leaves and their tree, in a file that is closed and opened again. */
class World {
  readonly #file: string
  readonly #random: () => number
  #database: Database
  #tree: LedgerTree
  #reader: TreeReader
  /** How many leaves there are, and of how many the tree is made. */
  leaves = 0
  size = 0

  constructor(directory: string, random: () => number) {
    this.#file = `${directory}.db`
    this.#random = random
    this.#database = this.#openFile()
    this.#tree = new LedgerTree(this.#database)
    this.#reader = new TreeReader(this.#database)
  }

  append(): void {
    const count = this.#drawCount()
    this.#database.transaction(() => this.#insert(count))
    this.leaves += count
  }

  failToAppend(): void {
    const fails = (): void =>
      this.#database.transaction(() => {
        this.#insert(this.#drawCount())
        throw new Error('given up')
      })
    expect(fails).toThrow('given up')
  }

  grow(): void {
    this.size = Math.min(this.leaves, this.size + AT_ONCE)
    expect(this.#tree.grow()).toBe(this.size)
  }

  /** The last write of the transaction fails, after all of its tiles. */
  failToGrow(): void {
    if (this.size === this.leaves) return
    const fail = "BEGIN SELECT RAISE(ABORT, 'no space'); END"
    this.#database.exec(`CREATE TEMP TRIGGER fails BEFORE UPDATE ON tree_state ${fail}`)
    expect(() => this.#tree.grow()).toThrow('no space')
    this.#database.exec('DROP TRIGGER fails')
    expect(this.#reader.size()).toBe(this.size)
  }

  reopen(): void {
    this.#database.close()
    this.#database = this.#openFile()
    this.#tree = new LedgerTree(this.#database)
    this.#reader = new TreeReader(this.#database)
    expect(this.#reader.size()).toBe(this.size)
  }

  askRoot(): void {
    const size = this.#below(this.size + 1)
    expectSame([this.#reader.root(size)], [defined.root(0, size)])
    expect(() => this.#reader.root(this.size + 1)).toThrow('the log has')
  }

  askInclusion(): void {
    if (this.size === 0) return
    const size = 1 + this.#below(this.size)
    const index = this.#below(size)
    expectSame(this.#reader.inclusion(index, size), defined.path(index, 0, size))
  }

  askConsistency(): void {
    if (this.size === 0) return
    const to = 1 + this.#below(this.size)
    const from = 1 + this.#below(to)
    expectSame(this.#reader.consistency(from, to), defined.subproof(from, 0, to))
  }

  askTile(): void {
    const level = this.#below(2)
    const leavesOf = TILE_WIDTH ** level
    const nodes = Math.floor(this.size / leavesOf)
    const index = this.#below(Math.floor(nodes / TILE_WIDTH) + 1)
    const width = Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH)
    if (width === 0) return
    const tile = this.#reader.tile(level, index, width)
    const first = index * TILE_WIDTH
    for (let at = 0; at < width; at += 1 + this.#below(60)) {
      const hash = tile!.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
      expectSame([hash], [defined.root((first + at) * leavesOf, (first + at + 1) * leavesOf)])
    }
  }

  close(): void {
    this.#database.close()
  }

  #openFile(): Database {
    const database = new Database(this.#file, {
      readOnly: false,
      pragmas: ['journal_mode = WAL', 'synchronous = OFF'],
    })
    migrate(database, { backUp: () => undefined })
    return database
  }

  /** Few mostly, some tiles at times, and once in a while more than one call takes. */
  #drawCount(): number {
    const drawn = this.#random()
    const count = 1 + this.#below(drawn < 0.002 ? 2 * AT_ONCE : drawn < 0.02 ? 700 : 6)
    return Math.min(count, LEAVES - this.leaves)
  }

  #insert(count: number): void {
    for (let at = this.leaves; at < this.leaves + count; at++)
      this.#database.run("INSERT INTO leaves VALUES (?, '', ?, 0, 0, 0, 0, 0, NULL)", at, defined.leafHashes[at]!)
  }

  #below = (bound: number): number => Math.floor(this.#random() * bound)
}

type Operation = (world: World) => void

const WEIGHTS: readonly (readonly [Operation, number])[] = [
  [(world) => world.append(), 30],
  [(world) => world.failToAppend(), 3],
  [(world) => world.grow(), 20],
  [(world) => world.failToGrow(), 6],
  [(world) => world.reopen(), 1],
  [(world) => world.askRoot(), 10],
  [(world) => world.askInclusion(), 12],
  [(world) => world.askConsistency(), 12],
  [(world) => world.askTile(), 6],
]
const OPERATIONS_BY_WEIGHT = WEIGHTS.flatMap(([operation, weight]) => Array<Operation>(weight).fill(operation))

test.for(Array.from({ length: LIVES }, (_, seed) => seed))(
  `the tree is the one that its definition says, whatever was done to it ${OPERATIONS} times (%d)`,
  { timeout: TEST_MS_MAX },
  (seed) => {
    const random = createSeeded(300 + seed)
    const world = new World(folder(), random)
    for (let at = 0; at < OPERATIONS; at++)
      OPERATIONS_BY_WEIGHT[Math.floor(random() * OPERATIONS_BY_WEIGHT.length)]!(world)
    while (world.size < world.leaves) world.grow()
    for (let at = 0; at < 100; at++) {
      world.askRoot()
      world.askInclusion()
      world.askConsistency()
    }
    expect(world.size).toBeGreaterThan(2000)
    world.close()
  },
)

test('a log with a gap grows no tree over it: no entry takes the place of another', () => {
  const database = new Database(':memory:', { readOnly: false, pragmas: [] })
  migrate(database, { backUp: () => undefined })
  const insert = (at: number): number =>
    database.run("INSERT INTO leaves VALUES (?, '', ?, 0, 0, 0, 0, 0, NULL)", at, defined.leafHashes[at]!)
  for (let at = 0; at < 10; at++) insert(at)
  const tree = new LedgerTree(database)
  expect(tree.grow()).toBe(10)
  for (const at of [10, 11, 13]) insert(at)
  for (let again = 0; again < 2; again++) expect(() => tree.grow()).toThrow('entry 12 of the log has lost its hash')
  insert(12)
  expect(tree.grow()).toBe(14)
  expectSame([new TreeReader(database).root(14)], [defined.root(0, 14)])
  database.close()
})

test('a tree that could not even be read again after a failure is read before it grows on', () => {
  const database = new Database(':memory:', { readOnly: false, pragmas: [] })
  migrate(database, { backUp: () => undefined })
  for (let at = 0; at < 700; at++)
    database.run("INSERT INTO leaves VALUES (?, '', ?, 0, 0, 0, 0, 0, NULL)", at, defined.leafHashes[at]!)
  const tree = new LedgerTree(database)
  database.exec("CREATE TEMP TRIGGER fails BEFORE UPDATE ON tree_state BEGIN SELECT RAISE(ABORT, 'no space'); END")
  expect(() => tree.grow()).toThrow('no space')
  database.exec('DROP TRIGGER fails; ALTER TABLE tree_state RENAME TO hidden')
  expect(() => tree.grow()).toThrow('no such table')
  database.exec('ALTER TABLE hidden RENAME TO tree_state')
  expect(tree.grow()).toBe(700)
  expectSame([new TreeReader(database).root(700)], [defined.root(0, 700)])
  database.close()
})

function expectSame(found: readonly Hash[], expected: readonly Hash[]): void {
  const same = Buffer.concat(found).equals(Buffer.concat(expected))
  if (!same) expect(found).toEqual(expected)
}
