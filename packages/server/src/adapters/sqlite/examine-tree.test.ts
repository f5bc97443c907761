import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { treeOf } from '../../platform/ledger/merkle/testing.ts'
import { campaign, createSeeded } from '../../platform/store/testing.ts'
import { Database } from './database.ts'
import { examineTree } from './examine-tree.ts'
import { LedgerTree } from './ledger-tree.ts'
import { migrate } from './migrations.ts'
import { createFolders } from './testing.ts'

/** Two full tiles, one that is not, and one of the second level that is not. */
const SIZE = 700
const FLIPS = campaign(200, 5000)
const folder = createFolders()
let database: Database

beforeAll(() => {
  const pragmas = ['journal_mode = WAL', 'synchronous = OFF']
  database = new Database(folder(), { readOnly: false, pragmas })
  migrate(database, { backUp: () => undefined })
  insert(0, SIZE)
  new LedgerTree(database).grow()
})
afterAll(() => database.close())

beforeEach(() => {
  database.exec('BEGIN')
  onTestFinished(() => database.exec('ROLLBACK'))
})

const { leafHashes } = treeOf(SIZE + 100)

function insert(from: number, to: number): void {
  for (let at = from; at < to; at++)
    database.run("INSERT INTO leaves VALUES (?, '', ?, 0, 0, 0, 0, 0, NULL)", at, leafHashes[at]!)
}

test('a tree that is whole is sound, and one that lags behind its log', () => {
  expect(examineTree(database)).toBeUndefined()
  insert(SIZE, SIZE + 100)
  expect(examineTree(database)).toBeUndefined()
})

test('an empty tree of an empty log is sound', () => {
  database.exec('DELETE FROM leaves; DELETE FROM tree_tiles; UPDATE tree_state SET size = 0')
  expect(examineTree(database)).toBeUndefined()
})

const ZERO_HASH = 'zeroblob(32)'
test.for([
  { name: 'a tile lost', sql: 'DELETE FROM tree_tiles WHERE key = 8', reason: 'tile/0/001 is lost' },
  { name: 'the second level lost', sql: 'DELETE FROM tree_tiles WHERE key = 1', reason: 'tile/1/000.p/2 is lost' },
  {
    name: 'a tile that ends early',
    sql: 'UPDATE tree_tiles SET hashes = substr(hashes, 1, 9000) WHERE key = 8',
    reason: 'tile/0/001 has another hash than the entries at 281',
  },
  {
    name: 'a tile that goes on',
    sql: `UPDATE tree_tiles SET hashes = CAST(hashes || ${ZERO_HASH} AS BLOB) WHERE key = 1`,
    reason: 'tile/1/000.p/2 has another hash than the entries at 1',
  },
  { name: 'an empty tile', sql: "UPDATE tree_tiles SET hashes = x'' WHERE key = 0", reason: 'tile/0/000' },
  {
    name: 'a tile where none is full yet',
    sql: 'INSERT INTO tree_tiles VALUES (16, zeroblob(6016))',
    reason: 'it has 4 tiles, and 3 belong to it',
  },
  { name: 'a tile at no place', sql: 'INSERT INTO tree_tiles VALUES (-1, zeroblob(32))', reason: 'it has 4 tiles' },
  { name: 'a size beyond the log', sql: 'UPDATE tree_state SET size = 701', reason: 'of a number of entries' },
  { name: 'a size below none', sql: 'UPDATE tree_state SET size = -1', reason: 'of a number of entries' },
  {
    name: 'a size beyond all numbers',
    sql: 'UPDATE tree_state SET size = 1152921504606846976',
    reason: 'of a number of entries',
  },
  { name: 'no size', sql: 'DELETE FROM tree_state', reason: 'of a number of entries' },
  { name: 'two sizes', sql: 'INSERT INTO tree_state VALUES (3)', reason: 'of a number of entries' },
  { name: 'a size of which the tiles know nothing', sql: 'UPDATE tree_state SET size = 3', reason: 'it has 3 tiles' },
  {
    name: 'the last entry lost, and one beyond it',
    sql: 'UPDATE leaves SET sequence = 5000 WHERE sequence = 699',
    reason: 'entry 699 of the log is missing',
  },
])('$name is named', ({ sql, reason }) => {
  database.exec(sql)
  expect(examineTree(database)).toContain(reason)
})

test.for([
  { name: 'the hash of an entry', sql: "UPDATE leaves SET hash = x'' WHERE sequence = 400" },
  { name: 'an entry', sql: 'DELETE FROM leaves WHERE sequence = 400' },
])('without $name nothing can be told of the tree', ({ sql }) => {
  database.exec(sql)
  expect(() => examineTree(database)).toThrow('entry 400 of the log has lost its hash')
})

test(`each of ${FLIPS} bits that turned over in a row of the tree is found`, () => {
  const random = createSeeded(5)
  const rows = database.all<{ key: number; hashes: Uint8Array }>('SELECT key, hashes FROM tree_tiles')
  const write = (key: number, hashes: Uint8Array) =>
    database.run('UPDATE tree_tiles SET hashes = ? WHERE key = ?', hashes, key)
  for (let flip = 0; flip < FLIPS; flip++) {
    const { key, hashes } = rows[Math.floor(random() * rows.length)]!
    const at = Math.floor(random() * hashes.length)
    write(key, hashes.with(at, hashes[at]! ^ (1 << Math.floor(random() * 8))))
    expect(examineTree(database), `byte ${at} of tile ${key}`).toContain('has another hash')
    write(key, hashes)
  }
})
