import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type LogVerdict, verifyLog } from '#ledger'
import type { openMemoryStore } from '../src/adapters/memory/index.ts'
import { DATABASE_FILE, openSqliteStore } from '../src/adapters/sqlite/index.ts'
import { toReturned } from '../src/domain/capsules/archive/returned-capsule.ts'
import { createCapsule } from '../src/domain/capsules/use-cases/create-capsules.ts'
import { openWorld, type World } from '../src/domain/capsules/use-cases/testing.ts'
import { updateCapsule } from '../src/domain/capsules/use-cases/update-capsule.ts'
import { commandOf, commit, grantOf, nextId } from '../src/platform/store/testing.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-log-contents-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Long enough to be kept as a zstd frame. */
const LONG = 'a numbat at noon looks for ants, '.repeat(100)

/** A world with a capsule in each state that one can be in. */
async function fill(world: World): Promise<Readonly<Record<'first' | 'long' | 'erased' | 'archived', string>>> {
  const { store } = world.context
  const first = await world.add({ content: 'a quokka', title: 'Of quokkas' })
  const update = (content: string) =>
    updateCapsule(world.context, world.call('capsule.update'), first.id, { content }, () => true)
  await update('a quokka that smiles')
  await update(`${LONG} and finds them`)
  const long = await world.add({ content: LONG, title: 'Long' })
  // The same once more is the one that is there.
  const again = { type: 'knowledge', content: LONG } as const
  await createCapsule(world.context, world.call('capsule.create'), again)
  await world.addDocument('a document of two parts', ['one part of it', 'and another'])
  const [erased, archived, back] = [
    await world.add({ content: 'soon forgotten' }),
    await world.add({ content: 'put away', title: 'Away' }),
    await world.add({ content: 'put away, and brought back' }),
  ]
  const erase = grantOf('capsule.erase')
  await commit(store, commandOf(erase, [store.capsules.erase(erase, erased.id)]))
  const bodies = await store.capsules.readBodies([back.id])
  const [offload, reload] = [grantOf('capsule.offload'), grantOf('capsule.reload')]
  const away = [archived.id, back.id].map((id) => ({ id, key: new Uint8Array(32) }))
  await commit(store, commandOf(offload, [store.capsules.offload(offload, nextId(), away)]))
  const returned = bodies.map((body) => toReturned(body, () => ({ embedding: null })))
  await commit(
    store,
    commandOf(
      reload,
      returned.map((capsule) => store.capsules.reload(reload, capsule)),
    ),
  )
  return { first: first.id, long: long.id, erased: erased.id, archived: archived.id }
}

const verify = ({ context: { store } }: World, from = 0): Promise<LogVerdict> =>
  verifyLog({ ledger: store.ledger, head: store.head(), from })

test.for([
  { name: 'memory', open: undefined },
  {
    name: 'sqlite',
    open: ({ collections, clock }: Parameters<typeof openMemoryStore>[0]) =>
      openSqliteStore({ directory: join(root, 'sound'), collections, readers: 1, clock }),
  },
])('every version is held against its digest, wherever it is: $name', async ({ open }) => {
  const world = await openWorld(open as Parameters<typeof openWorld>[0])
  await fill(world)
  expect(await verify(world)).toMatchObject({ valid: true, contents: { verified: 8, erased: 1, archived: 1 } })
  await world.context.store[Symbol.asyncDispose]()
})

describe('verification names', () => {
  let world: World
  let ids: Awaited<ReturnType<typeof fill>>
  let file: DatabaseSync

  beforeAll(async () => {
    const directory = join(root, 'damaged')
    world = await openWorld(({ collections, clock }) => openSqliteStore({ directory, collections, readers: 1, clock }))
    ids = await fill(world)
    await world.context.store.ledger.grow()
    file = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
    for (const table of ['versions', 'capsules'])
      file.exec(`CREATE TEMP TABLE sound_${table} AS SELECT * FROM ${table}`)
  })
  afterAll(async () => {
    file.close()
    await world.context.store[Symbol.asyncDispose]()
  })

  function damage(sql: string): void {
    onTestFinished(() => {
      for (const table of ['versions', 'capsules'])
        file.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM sound_${table}`)
    })
    file.exec(sql)
  }

  /** Index of the entry that tells of a version. */
  async function entryOf(id: string, version: string): Promise<number | undefined> {
    const told = await world.context.store.ledger.list({ subject: `capsule/${id}` }, { limit: 100 })
    return told.find(({ leaf }) => leaf.digests.content !== undefined && leaf.payload.version === version)?.leaf.index
  }

  const of = (id: string) => `WHERE capsule = (SELECT key FROM capsules WHERE hex(id) = '${hexOf(id)}')`
  const hexOf = (id: string) => id.replaceAll('-', '').toUpperCase()

  test.for<{ name: string; of: keyof typeof ids; version?: string; sql: string; reason: string }>([
    { name: 'another content', of: 'first', sql: "content = 'a wombat'", reason: 'says something else' },
    {
      name: 'another content of a version that is no head',
      of: 'first',
      version: '1.1.0',
      sql: "content = 'a wombat'",
      reason: 'says something else',
    },
    { name: 'another key', of: 'first', sql: 'digest_key = zeroblob(32)', reason: 'says something else' },
    { name: 'no key', of: 'first', sql: "digest_key = x''", reason: 'says something else' },
    { name: 'another title', of: 'first', sql: "title = 'Of wombats'", reason: 'has another title' },
    { name: 'a title less', of: 'first', sql: 'title = NULL', reason: 'has another title' },
    { name: 'a content emptied', of: 'long', sql: "content = ''", reason: 'says something else' },
    { name: 'a torn frame', of: 'long', sql: 'content = substr(content, 1, 20)', reason: 'cannot be read' },
    { name: 'bytes that are no frame', of: 'long', sql: 'content = zeroblob(100)', reason: 'cannot be read' },
    { name: 'a number', of: 'long', sql: 'content = 5', reason: 'cannot be read' },
    { name: 'a number beyond all', of: 'long', sql: 'content = 1152921504606846976', reason: 'cannot be read' },
    { name: 'another number of the version', of: 'first', sql: "version = '9.9.9'", reason: 'is missing' },
    {
      name: 'what was erased and speaks again',
      of: 'erased',
      sql: "content = 'forged'",
      reason: 'is erased, and says',
    },
    { name: 'what is away and speaks', of: 'archived', sql: "content = 'forged'", reason: 'is archived, and says' },
  ])('$name', async ({ of: which, version = '1.0.0', sql, reason }) => {
    damage(`UPDATE versions SET ${sql} ${of(ids[which])} AND version = '${version}'`)
    const index = await entryOf(ids[which], version)
    const { valid, firstBad, reason: said } = await verify(world)
    expect([valid, firstBad]).toEqual([false, index])
    expect(said).toContain(`entry ${index}: version ${version} of capsule/${ids[which]} ${reason}`)
  })

  test('a version that is gone, and a capsule', async () => {
    damage(`DELETE FROM versions ${of(ids.first)} AND ordinal = 2`)
    expect(await verify(world)).toMatchObject({ firstBad: await entryOf(ids.first, '1.1.0'), valid: false })
    file.exec(`DELETE FROM capsules WHERE hex(id) = '${hexOf(ids.first)}'`)
    expect(await verify(world)).toMatchObject({ firstBad: await entryOf(ids.first, '1.0.0'), valid: false })
  })

  test('a version that no entry tells of', async () => {
    const columns = file
      .prepare("SELECT name FROM pragma_table_info('versions')")
      .all()
      .map(({ name }) => String(name))
    const copied = columns.map((name) => (name === 'key' ? 'key + 1000' : name === 'ordinal' ? 'ordinal + 9' : name))
    damage(`INSERT INTO versions SELECT ${copied.join(', ')} FROM versions ${of(ids.first)} AND ordinal = 1`)
    const { valid, reason } = await verify(world)
    expect([valid, reason]).toEqual([false, 'no entry tells of 1 of 11 versions of capsules'])
  })

  test('what is wrong with the log before what is wrong with what it tells of', async () => {
    damage(`UPDATE versions SET content = 'a wombat' ${of(ids.first)}`)
    file.exec('UPDATE tree_state SET size = 1152921504606846976')
    onTestFinished(() => world.context.store.ledger.regrow())
    expect(await verify(world)).toMatchObject({ valid: false, part: 'tree' })
  })

  test('of the newest entries what those tell of', async () => {
    damage(`UPDATE versions SET content = 'a wombat' ${of(ids.archived)}`)
    const index = (await entryOf(ids.archived, '1.0.0')) ?? 0
    expect((await verify(world, index + 2)).valid).toBe(true)
    expect(await verify(world, index)).toMatchObject({ valid: false, firstBad: index })
  })
})
