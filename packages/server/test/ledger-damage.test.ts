import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LogVerdict, leafHash, type VerifierKey, verifyLog } from '#ledger'
import { DATABASE_FILE, openSqliteStore, type SqliteStore } from '../src/adapters/sqlite/index.ts'
import { campaign, createSeeded } from '../src/platform/store/testing.ts'
import { noteCampaign } from './note-campaign.ts'
import { createTestFolders, SignedStore } from './published-log.ts'

/** Two full tiles and one that is not; the newest checkpoint is of all of them. */
const SIZE = 700
const FLIPS = campaign(150, 6000)
const TEST_MS = campaign(30_000, 1_800_000)

const folder = createTestFolders()
let original: string
let origin: string
let keys: readonly VerifierKey[]

beforeAll(async () => {
  original = folder()
  await using log = await SignedStore.open(original)
  await log.grow(SIZE)
  await log.sign()
  origin = log.origin
  keys = log.keys
})

const openStore = (directory: string): Promise<SqliteStore> =>
  openSqliteStore({ directory, collections: [], readers: 1 })

const verify = (store: SqliteStore, from = 0): Promise<LogVerdict> =>
  verifyLog({ ledger: store.ledger, head: store.head(), origin, keys, from })

/** Verdicts on a copy of the store whose rows were changed: on all of it, and on its last ten entries. */
async function verdictsOn(damage: (database: DatabaseSync) => void): Promise<readonly [LogVerdict, LogVerdict]> {
  const directory = folder()
  cpSync(original, directory, { recursive: true })
  const database = new DatabaseSync(join(directory, DATABASE_FILE))
  damage(database)
  database.close()
  await using store = await openStore(directory)
  return [await verify(store), await verify(store, SIZE - 10)]
}

const textOf = (database: DatabaseSync, index: number): string =>
  String(database.prepare('SELECT text FROM leaves WHERE sequence = ?').get(index)?.text)

/** Writes an entry with the hash that belongs to it. */
function rewrite(database: DatabaseSync, index: number, text: string): void {
  database.prepare('UPDATE leaves SET text = ?, hash = unhex(?) WHERE sequence = ?').run(text, leafHash(text), index)
}

/** Another history from an entry on: each names the hash of the one before, as it is now. */
function rewriteFrom(database: DatabaseSync, first: number): void {
  for (let index = first; index < SIZE; index++) {
    const before = leafHash(textOf(database, index - 1))
    const said = textOf(database, index).replace('test.happened', 'test.hippened')
    rewrite(database, index, said.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${before}"`))
  }
}

/** Turns a bit of a byte in a row of a tile. */
function flipTile(database: DatabaseSync, level: number, index: number, at: number): void {
  const key = index * 8 + level
  const row = database.prepare('SELECT hashes FROM tree_tiles WHERE key = ?').get(key)
  if (!(row?.hashes instanceof Uint8Array)) throw new Error(`no tile ${index} on level ${level}`)
  const bytes = row.hashes.with(at, row.hashes[at]! ^ 1)
  database.prepare('UPDATE tree_tiles SET hashes = ? WHERE key = ?').run(bytes, key)
}

interface Case {
  readonly name: string
  readonly damage: string | ((database: DatabaseSync) => void)
  readonly firstBad?: number
  readonly reason: RegExp
}

describe('verification names damage', () => {
  test('and nothing else: an untouched log is sound, all of it and its tail', async () => {
    const sound = { valid: true, size: SIZE, checkedTo: SIZE - 1, checkpoint: { size: SIZE } }
    expect(await verdictsOn(() => undefined)).toEqual([sound, sound])
  })

  const cases: readonly Case[] = [
    {
      name: 'a text that is none of ours',
      damage: "UPDATE leaves SET text = 'torn' WHERE sequence = 300",
      firstBad: 300,
      reason: /entry 300: its text has another hash/,
    },
    {
      name: 'a text that is no JSON, with its hash',
      damage: (database) => rewrite(database, 300, '{"actor":'),
      firstBad: 300,
      reason: /entry 300: it is no JSON/,
    },
    {
      name: 'a text that is empty',
      damage: "UPDATE leaves SET text = '' WHERE sequence = 300",
      firstBad: 300,
      reason: /entry 300/,
    },
    {
      name: 'a text that is not UTF-8',
      damage: "UPDATE leaves SET text = CAST(x'7b22ff227d' AS TEXT) WHERE sequence = 0",
      firstBad: 0,
      reason: /entry 0/,
    },
    {
      name: 'one letter of a text',
      damage: "UPDATE leaves SET text = replace(text, 'test.happened', 'test.hippened') WHERE sequence = 300",
      firstBad: 300,
      reason: /entry 300: its text has another hash/,
    },
    {
      name: 'another spelling of the same, with its hash',
      damage: (database) => rewrite(database, 300, textOf(database, 300).replace('{"actor":', '{ "actor":')),
      firstBad: 300,
      reason: /entry 300: it is not the canonical JSON/,
    },
    {
      name: 'a lost hash',
      damage: "UPDATE leaves SET hash = x'' WHERE sequence = 699",
      firstBad: 699,
      reason: /entry 699: its text has another hash/,
    },
    {
      name: 'another hash',
      damage: 'UPDATE leaves SET hash = zeroblob(32) WHERE sequence = 255',
      firstBad: 255,
      reason: /entry 255: its text has another hash/,
    },
    {
      name: 'the first row lost',
      damage: 'DELETE FROM leaves WHERE sequence = 0',
      firstBad: 0,
      reason: /entry 0: it is missing/,
    },
    {
      name: 'a row lost',
      damage: 'DELETE FROM leaves WHERE sequence = 300',
      firstBad: 300,
      reason: /entry 300: it is missing/,
    },
    {
      name: 'a row lost, and all after it moved up',
      damage: `DELETE FROM leaves WHERE sequence = 300;
        UPDATE leaves SET sequence = -sequence WHERE sequence > 300; UPDATE leaves SET sequence = -sequence - 1 WHERE sequence < 0`,
      firstBad: 300,
      reason: /entry 300: its index is 301/,
    },
    {
      name: 'the tail cut off',
      damage: 'DELETE FROM leaves WHERE sequence >= 650',
      firstBad: 650,
      reason: /entry 650: it is missing/,
    },
    {
      name: 'all rows lost',
      damage: 'DELETE FROM leaves',
      firstBad: 0,
      reason: /entry 0: it is missing/,
    },
    {
      name: 'two rows swapped',
      damage: `UPDATE leaves SET sequence = -1 WHERE sequence = 300; UPDATE leaves SET sequence = 300 WHERE sequence = 301;
        UPDATE leaves SET sequence = 301 WHERE sequence = -1`,
      firstBad: 300,
      reason: /entry 300: its index is 301/,
    },
    {
      name: 'an entry that says something else, with its hash',
      damage: (database) => rewrite(database, 300, textOf(database, 300).replace('happened', 'hippened')),
      firstBad: 301,
      reason: /entry 301: its prev is not the hash/,
    },
    {
      name: 'another history since an entry',
      damage: (database) => rewriteFrom(database, 300),
      firstBad: 300,
      reason: /tile\/0\/001 has another hash than the entries at 44/,
    },
    {
      name: 'another history, and the tree with it',
      damage: (database) => {
        rewriteFrom(database, 300)
        database.exec('DELETE FROM tree_tiles; UPDATE tree_state SET size = 0')
      },
      reason: /the checkpoint of 700 entries has another root than they have/,
    },
    {
      name: 'a time before that of the entry before',
      damage: (database) => rewrite(database, 699, textOf(database, 699).replace('"time":"2026', '"time":"2025')),
      firstBad: 699,
      reason: /entry 699: its time 2025-.* is before 2026/,
    },
    {
      name: 'a time that is none',
      damage: (database) =>
        rewrite(database, 699, textOf(database, 699).replace(/"time":"2026-..-../, '"time":"2026-02-30')),
      firstBad: 699,
      reason: /entry 699: its time is "2026-02-30T/,
    },
    {
      name: 'a hash in the lowest row of a tile',
      damage: (database) => flipTile(database, 0, 1, 5 * 32),
      firstBad: 261,
      reason: /tile\/0\/001 has another hash than the entries at 5/,
    },
    {
      name: 'a node in a tile',
      damage: (database) => flipTile(database, 0, 1, (256 + 3) * 32 + 31),
      firstBad: 256 + 6,
      reason: /tile\/0\/001 has another hash than the entries at 259/,
    },
    {
      name: 'the root of a tile',
      damage: (database) => flipTile(database, 0, 0, 511 * 32 - 1),
      firstBad: 0,
      reason: /tile\/0\/000 has another hash than the entries at 510/,
    },
    {
      name: 'a tile of the second level',
      damage: (database) => flipTile(database, 1, 0, 32),
      firstBad: 256,
      reason: /tile\/1\/000.p\/2 has another hash than the entries at 1/,
    },
    {
      name: 'a tile that ends early',
      damage: 'UPDATE tree_tiles SET hashes = substr(hashes, 1, 9000) WHERE key = 8',
      firstBad: 256,
      reason: /tile\/0\/001 has another hash/,
    },
    {
      name: 'a tile lost',
      damage: 'DELETE FROM tree_tiles WHERE key = 8',
      firstBad: 256,
      reason: /tile\/0\/001 is lost/,
    },
    {
      name: 'the tiles of the second level lost',
      damage: 'DELETE FROM tree_tiles WHERE key = 1',
      reason: /the tree: /,
    },
    {
      name: 'junk where a tile is not full yet',
      damage: 'INSERT INTO tree_tiles VALUES (16, zeroblob(16352))',
      firstBad: 512,
      reason: /tile\/0\/002.p\/188 has another hash/,
    },
    { name: 'a tree that is larger than the log', damage: 'UPDATE tree_state SET size = 5000', reason: /the tree: / },
    {
      name: 'a tree of a size that is none',
      damage: 'UPDATE tree_state SET size = 1152921504606846976',
      reason: /the tree: /,
    },
    { name: 'a tree without a size', damage: 'DELETE FROM tree_state', reason: /the tree: / },
    {
      name: 'a letter of the note of the checkpoint',
      damage: "UPDATE checkpoints SET note = replace(note, 'log.example', 'lag.example')",
      reason: /the checkpoint of 700 entries is not one that this log signed/,
    },
    {
      name: 'a note that is none',
      damage: "UPDATE checkpoints SET note = ''",
      reason: /checkpoint of 700 entries is not/,
    },
    { name: 'the root of the checkpoint', damage: "UPDATE checkpoints SET root = x'00'", reason: /checkpoint of 700/ },
    { name: 'the size of the checkpoint', damage: 'UPDATE checkpoints SET size = 699', reason: /checkpoint of 699/ },
    {
      name: 'a checkpoint of no size',
      damage: 'UPDATE checkpoints SET size = 1152921504606846976',
      reason: /the checkpoint: /,
    },
  ]

  test.for(cases)('$name', async ({ damage, firstBad, reason }) => {
    const change = (database: DatabaseSync) => (typeof damage === 'string' ? database.exec(damage) : damage(database))
    const [whole, tail] = await verdictsOn(change)
    expect([whole.valid, whole.firstBad, whole.reason]).toEqual([false, firstBad, expect.stringMatching(reason)])
    // The tail has nothing to say of what lies before it, where the tree does not tell.
    if (firstBad !== undefined && firstBad >= SIZE - 10) expect([tail.valid, tail.firstBad]).toEqual([false, firstBad])
    if (/checkpoint/.test(String(reason))) expect(tail.valid).toBe(false)
  })

  test('but a tree that lags behind is brought up to the log, and sound', async () => {
    const [whole, tail] = await verdictsOn((database) => database.exec('UPDATE tree_state SET size = 300'))
    expect([whole.valid, tail.valid]).toEqual([true, true])
  })

  test('ends when it is told to', async () => {
    await using store = await openStore(original)
    const options = { ledger: store.ledger, head: store.head(), origin, keys }
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(verifyLog({ ...options, signal: stop.signal })).rejects.toThrow('enough')
  })
})

describe(`${FLIPS} bytes, each turned in a row of an open store`, () => {
  let store: SqliteStore
  let database: DatabaseSync
  beforeAll(async () => {
    const directory = folder()
    cpSync(original, directory, { recursive: true })
    store = await openStore(directory)
    database = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
  })
  afterAll(async () => {
    database.close()
    await store[Symbol.asyncDispose]()
  })

  const targets = [
    { column: 'CAST(text AS BLOB)', table: 'leaves', set: 'text = CAST(? AS TEXT)' },
    { column: 'hash', table: 'leaves', set: 'hash = ?' },
    { column: 'hashes', table: 'tree_tiles', set: 'hashes = ?' },
  ] as const

  test('are each found, and in an entry its index is named', { timeout: TEST_MS }, async () => {
    const random = createSeeded(11)
    const startedAt = performance.now()
    const unnoticed: unknown[] = []
    for (let flip = 0; flip < FLIPS; flip++) {
      const { column, table, set } = targets[flip % targets.length]!
      const rows = database.prepare(`SELECT rowid AS id, ${column} AS bytes FROM ${table}`).all()
      const { id, bytes } = rows[Math.floor(random() * rows.length)]!
      if (!(bytes instanceof Uint8Array)) throw new Error(`${table} holds something else than bytes`)
      const at = Math.floor(random() * bytes.length)
      const write = database.prepare(`UPDATE ${table} SET ${set} WHERE rowid = ?`)
      write.run(bytes.with(at, bytes[at]! ^ (1 << Math.floor(random() * 8))), id!)
      const { valid, firstBad } = await verify(store)
      write.run(bytes, id!)
      if (valid || (table === 'leaves' && firstBad !== id)) unnoticed.push({ table, column, id, at, valid, firstBad })
    }
    expect(unnoticed).toEqual([])
    expect((await verify(store)).valid).toBe(true)
    noteCampaign('bytes flipped in the rows of a log', {
      runs: FLIPS,
      checks: FLIPS,
      ms: performance.now() - startedAt,
    })
  })
})
