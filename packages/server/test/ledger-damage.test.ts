import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type LogVerdict, leafHash, leafText, type VerifierKey, verifyLog } from '#ledger'
import { DATABASE_FILE, openSqliteStore, type SqliteStore } from '../src/adapters/sqlite/index.ts'
import { campaign, createSeeded } from '../src/platform/store/testing.ts'
import { noteCampaign } from './note-campaign.ts'
import { createTestFolders, SignedStore } from './published-log.ts'

/** Two full tiles and one that is not; the newest checkpoint is of all of them. */
const SIZE = 700
const FLIPS = campaign(90, 6000)
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

type Damage = string | ((database: DatabaseSync) => void)

/** A copy of the store, open, and a connection to its file as an intruder has one. */
class Victim implements AsyncDisposable {
  readonly database: DatabaseSync
  readonly #file: string
  #store: SqliteStore

  static async open(): Promise<Victim> {
    const directory = folder()
    cpSync(original, directory, { recursive: true })
    return new Victim(directory, await openStore(directory))
  }

  private constructor(directory: string, store: SqliteStore) {
    this.#file = directory
    this.#store = store
    this.database = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
    this.database.exec(`PRAGMA synchronous = OFF; ATTACH '${join(original, DATABASE_FILE)}' AS original`)
  }

  get ledger(): SqliteStore['ledger'] {
    return this.#store.ledger
  }

  damage(damage: Damage): void {
    this.database.exec('BEGIN')
    if (typeof damage === 'string') this.database.exec(damage)
    else damage(this.database)
    this.database.exec('COMMIT')
  }

  heal(): void {
    for (const table of ['leaves', 'tree_tiles', 'tree_state', 'checkpoints'])
      this.damage(`DELETE FROM main.${table}; INSERT INTO main.${table} SELECT * FROM original.${table}`)
  }

  /** Closes the store and opens it again, so that nothing of it is in memory. */
  async reopen(): Promise<void> {
    await this.#store[Symbol.asyncDispose]()
    this.#store = await openStore(this.#file)
  }

  verify(from = 0): Promise<LogVerdict> {
    return verifyLog({ ledger: this.ledger, head: this.#store.head(), origin, keys, from })
  }

  /** Of all of the log, and of its last ten entries. */
  async verdicts(): Promise<readonly [LogVerdict, LogVerdict]> {
    return [await this.verify(), await this.verify(SIZE - 10)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.database.close()
    await this.#store[Symbol.asyncDispose]()
  }
}

const textOf = (database: DatabaseSync, index: number): string =>
  String(database.prepare('SELECT text FROM leaves WHERE sequence = ?').get(index)?.text)

/** An entry that says something else of what nothing finds it by. */
const altered = (text: string): string => leafText({ ...JSON.parse(text), payload: { altered: true } })

/** Writes an entry with the hash that belongs to it. */
function rewrite(database: DatabaseSync, index: number, text: string): void {
  database.prepare('UPDATE leaves SET text = ?, hash = unhex(?) WHERE sequence = ?').run(text, leafHash(text), index)
}

/** Another history from an entry on: each names the hash of the one before, as it is now. */
function rewriteFrom(database: DatabaseSync, first: number): void {
  for (let index = first; index < SIZE; index++) {
    const before = leafHash(textOf(database, index - 1))
    const said = altered(textOf(database, index))
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
  readonly damage: Damage
  readonly firstBad?: number
  readonly reason: RegExp
  /** The store is opened with it: what it had in memory would hide the damage. */
  readonly isBefore?: true
}

let victim: Victim
beforeAll(async () => {
  victim = await Victim.open()
})
afterAll(() => victim[Symbol.asyncDispose]())

describe('verification names damage', () => {
  test('and nothing else: an untouched log is sound, all of it and its tail', async () => {
    const contents = { verified: 0, erased: 0, archived: 0 }
    const sound = { valid: true, size: SIZE, checkedTo: SIZE - 1, checkpoint: { size: SIZE }, contents }
    expect(await victim.verdicts()).toEqual([sound, sound])
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
      name: 'a row lost before the tree came to it',
      isBefore: true,
      damage: 'DELETE FROM leaves WHERE sequence = 600; UPDATE tree_state SET size = 512',
      firstBad: 600,
      reason: /entry 600: it is missing/,
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
      isBefore: true,
      damage: 'DELETE FROM leaves WHERE sequence >= 650',
      firstBad: 650,
      reason: /entry 650: it is missing/,
    },
    {
      name: 'all rows lost',
      isBefore: true,
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
      damage: (database) => rewrite(database, 300, altered(textOf(database, 300))),
      firstBad: 301,
      reason: /entry 301: its prev is not the hash/,
    },
    ...['category', 'type', 'actor', 'subject', 'correlation'].map((column) => ({
      name: `an entry that lists find by another ${column}`,
      damage: `UPDATE leaves SET ${column} = ${column} + 1 WHERE sequence = 300`,
      firstBad: 300,
      reason: /entry 300: lists find it by something else/,
    })),
    {
      name: 'another history since an entry',
      damage: (database) => rewriteFrom(database, 300),
      firstBad: 300,
      reason: /tile\/0\/001 has another hash than the entries at 44/,
    },
    {
      name: 'another history, and the tree with it',
      isBefore: true,
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
      firstBad: 256 + 2 * 25,
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
      isBefore: true,
      damage: 'DELETE FROM tree_tiles WHERE key = 1',
      reason: /the tree: /,
    },
    {
      name: 'junk where a tile is not full yet',
      isBefore: true,
      damage: 'INSERT INTO tree_tiles VALUES (16, zeroblob(16352))',
      firstBad: 512,
      reason: /tile\/0\/002.p\/188 has another hash/,
    },
    {
      name: 'a tree that is larger than the log',
      isBefore: true,
      damage: 'UPDATE tree_state SET size = 5000',
      reason: /the tree: /,
    },
    {
      name: 'a tree of a size that is none',
      isBefore: true,
      damage: 'UPDATE tree_state SET size = 1152921504606846976',
      reason: /the tree: /,
    },
    { name: 'a tree without a size', isBefore: true, damage: 'DELETE FROM tree_state', reason: /the tree: / },
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

  // Those that open the store anew come last, so that none of them leaves another what it has in memory.
  const inOrder = cases.toSorted((one, two) => Number(one.isBefore ?? 0) - Number(two.isBefore ?? 0))

  test.for(inOrder)('$name', async ({ damage, firstBad, reason, isBefore }) => {
    onTestFinished(() => victim.heal())
    victim.damage(damage)
    if (isBefore) await victim.reopen()
    const [whole, tail] = await victim.verdicts()
    expect([whole.valid, whole.firstBad, whole.reason]).toEqual([false, firstBad, expect.stringMatching(reason)])
    // The tail has nothing to say of what lies before it, where the tree does not tell.
    if (firstBad !== undefined && firstBad >= SIZE - 10) expect([tail.valid, tail.firstBad]).toEqual([false, firstBad])
    if (/checkpoint/.test(String(reason))) expect(tail.valid).toBe(false)
    // What the doctor and each start walk along as well.
    if (/lists find it/.test(String(reason)))
      expect([await victim.ledger.verifyChain(0), await victim.ledger.verifyChain(SIZE - 10)]).toEqual([
        { checkedTo: firstBad, firstBad },
        { checkedTo: SIZE - 1, firstBad: undefined },
      ])
  })

  test('but a tree that lags behind is brought up to the log, and sound', async () => {
    onTestFinished(() => victim.heal())
    victim.damage('UPDATE tree_state SET size = 300')
    await victim.reopen()
    expect(await victim.verify(SIZE - 10)).toMatchObject({
      valid: false,
      reason: expect.stringContaining('tree of 700'),
    })
    expect(await victim.verify()).toMatchObject({ valid: true })
    expect(await victim.verify(SIZE - 10)).toMatchObject({ valid: true })
  })

  test('and ends when it is told to', async () => {
    const { ledger } = victim
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(verifyLog({ ledger, head: 0, signal })).rejects.toThrow('enough')
  })
})

describe(`${FLIPS} bytes, each turned in a row of an open store`, () => {
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
      const { database } = victim
      const rows = database.prepare(`SELECT rowid AS id, ${column} AS bytes FROM main.${table}`).all()
      const { id, bytes } = rows[Math.floor(random() * rows.length)]!
      if (!(bytes instanceof Uint8Array)) throw new Error(`${table} holds something else than bytes`)
      const at = Math.floor(random() * bytes.length)
      const write = database.prepare(`UPDATE main.${table} SET ${set} WHERE rowid = ?`)
      write.run(bytes.with(at, bytes[at]! ^ (1 << Math.floor(random() * 8))), id!)
      const { valid, firstBad } = await victim.verify()
      write.run(bytes, id!)
      if (valid || (table === 'leaves' && firstBad !== id)) unnoticed.push({ table, column, id, at, valid, firstBad })
    }
    expect(unnoticed).toEqual([])
    expect(await victim.verify()).toMatchObject({ valid: true })
    noteCampaign('bytes flipped in the rows of a log', {
      runs: FLIPS,
      checks: FLIPS,
      ms: performance.now() - startedAt,
    })
  })
})
