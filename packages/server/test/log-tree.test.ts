import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createUuidV7, systemClock, systemRandom } from '#base'
import { GovernanceGate, requireGrant } from '#governance'
import { hashLeaf, leafHash, leafText, verifyInclusion } from '#ledger'
import { type Finding, LOG_TREE } from '#store'
import { DATABASE_FILE } from '../src/adapters/sqlite/index.ts'
import { create } from '../src/domain/capsules/testing.ts'
import { LedgerCheck, LedgerDesk, repairStore } from '../src/edge/jobs/index.ts'
import { ADMIN, entryOf, type LogWorld, openLogWorld } from './crash/ledger-world.ts'

/** Two full tiles, one that is not, and one of the second level that is not. */
const SIZE = 700
const root = mkdtempSync(join(tmpdir(), 'cascade-log-tree-'))
const original = join(root, 'original')
let made = 0
afterAll(() => rmSync(root, { recursive: true, force: true }))

beforeAll(async () => {
  await using world = await openLogWorld({ directory: original, mirror: undefined })
  await world.store.append(Array.from({ length: SIZE - 1 - world.store.head() }, entryOf))
  await world.log.checkpointer.sign()
})

/** A sound log that is open, and a connection to its file as an intruder has one. */
class Opened implements AsyncDisposable {
  readonly world: LogWorld
  readonly desk: LedgerDesk
  readonly check: LedgerCheck
  readonly file: DatabaseSync
  readonly said: string[] = []

  static async open(): Promise<Opened> {
    const directory = join(root, String(++made))
    cpSync(original, directory, { recursive: true })
    return new Opened(await openLogWorld({ directory, mirror: undefined }, { isStill: true }), directory)
  }

  private constructor(world: LogWorld, directory: string) {
    this.world = world
    this.file = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
    const { store, log } = world
    this.desk = new LedgerDesk({
      ...{ log, ledger: store.ledger, head: () => store.head(), clock: systemClock, checkedAtStart: 100 },
    })
    const say = (message: string): unknown => this.said.push(message)
    this.check = new LedgerCheck({
      ...{ desk: this.desk, ledger: store.ledger, store, clock: systemClock, newId },
      grant: () => grantOf('system.maintain'),
      log: { debug: say, info: say, warn: say, error: say },
      every: () => ({ [Symbol.dispose]: () => undefined }),
    })
  }

  /** What the doctor finds of the tree. */
  async finding(): Promise<Finding | undefined> {
    return (await this.world.store.doctor('full')).find(({ check }) => check === LOG_TREE)
  }

  /** What the log has recorded of itself since it was opened, oldest first. */
  async recorded() {
    const told = await this.world.store.ledger.list({ subject: 'system/ledger' }, { limit: 10 })
    return told
      .filter(({ leaf }) => leaf.index >= SIZE)
      .map(({ leaf }) => [leaf.type, leaf.payload] as const)
      .reverse()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.file.close()
    await this.world[Symbol.asyncDispose]()
  }
}

const newId = createUuidV7(systemClock, systemRandom)
const gate = new GovernanceGate({ clock: systemClock, newId })

function grantOf<A extends 'system.maintain' | 'system.repair'>(action: A) {
  return requireGrant(gate.decide({ action, resource: 'system/*', subject: ADMIN, correlationId: newId() }))
}

let opened: Opened
beforeEach(async () => {
  opened = await Opened.open()
  onTestFinished(() => opened[Symbol.asyncDispose]())
})

/** Turns a bit of the row of a tile. */
const flipped = (key: number, at: number) => (file: DatabaseSync) => {
  const row = file.prepare('SELECT hashes FROM tree_tiles WHERE key = ?').get(key)
  if (!(row?.hashes instanceof Uint8Array)) throw new Error(`no tile ${key}`)
  file.prepare('UPDATE tree_tiles SET hashes = ? WHERE key = ?').run(row.hashes.with(at, row.hashes[at]! ^ 1), key)
}

type Damage = (file: DatabaseSync) => void
const said =
  (sql: string): Damage =>
  (file) =>
    file.exec(sql)

/** None of these changes what a start reads: the root. */
const UNSEEN = [
  { name: 'a hash of a tile', damage: flipped(8, 5 * 32), detail: 'tile/0/001 has another hash than the entries at 5' },
  { name: 'a node of a tile', damage: flipped(0, 300 * 32), detail: 'tile/0/000 has another hash' },
  {
    name: 'a tile that ends early',
    damage: said('UPDATE tree_tiles SET hashes = substr(hashes, 1, 9000) WHERE key = 8'),
    detail: 'tile/0/001',
  },
] satisfies { name: string; damage: Damage; detail: string }[]

/** These do. */
const SEEN = [
  { name: 'a tile lost', damage: said('DELETE FROM tree_tiles WHERE key = 8'), detail: 'tile/0/001 is lost' },
  { name: 'no size', damage: said('DELETE FROM tree_state'), detail: 'of a number of entries' },
] satisfies { name: string; damage: Damage; detail: string }[]

/** An entry is in the tree as it is signed, whatever of it was kept in memory. */
async function expectProven(index: number): Promise<void> {
  const { store, log } = opened.world
  const { size, root: signed } = await log.checkpointer.sign()
  const found = await store.ledger.find(index)
  const proof = await store.ledger.proveInclusion(index, size)
  const shown = { index, size, leafHash: hashLeaf(Buffer.from(found!.text)), proof, root: signed }
  expect(verifyInclusion(shown)).toBe(true)
}

const repair = () =>
  repairStore(
    { store: opened.world.store, ledger: opened.desk, onRepaired: async () => undefined },
    { grant: grantOf('system.repair'), command: { id: newId().replaceAll('-', '') } },
  )

test('a sound tree is found so, and not made anew', async () => {
  expect(await opened.finding()).toMatchObject({ ok: true })
  expect((await repair()).repaired).toEqual([])
})

describe.each([UNSEEN[0]!, ...SEEN])('$name', ({ damage, detail }) => {
  test('is found by the doctor and made anew by its repair, which is recorded', async () => {
    // Known to the readers before it is damaged, and wrong in their memory after it.
    await opened.world.store.ledger.proveInclusion(261, SIZE)
    damage(opened.file)
    expect(await opened.finding()).toMatchObject({ ok: false, detail: expect.stringContaining(detail) })
    const { repaired, findings } = await repair()
    expect(repaired).toEqual([{ check: LOG_TREE, detail: expect.stringMatching(/^made anew from 7\d\d entries$/) }])
    expect(findings.filter(({ ok }) => !ok)).toEqual([])
    const [told] = await opened.world.store.ledger.list({ type: 'system.repaired' }, { limit: 1 })
    expect(told?.leaf.payload).toMatchObject({ checks: [LOG_TREE] })
    await expectProven(261)
  })
})

describe.each(UNSEEN)('$name, unseen at the start', ({ damage }) => {
  test('is mended by the daily verification, which records what it found and did', async () => {
    damage(opened.file)
    await opened.check.lookWhenDue()
    expect(await opened.recorded()).toEqual([
      ['ledger.verified', expect.objectContaining({ valid: false })],
      ['ledger.tree_regrown', expect.objectContaining({ valid: true, size: SIZE + 1 })],
    ])
    expect(opened.check.finding.status).toBe('ok')
    expect(await opened.finding()).toMatchObject({ ok: true })
    await expectProven(261)
  })
})

test('what another verification found of the tree is mended at the next look', async () => {
  await opened.check.lookWhenDue()
  flipped(8, 0)(opened.file)
  await opened.desk.verify()
  expect(opened.check.finding.status).toBe('failed')
  await opened.check.lookWhenDue()
  expect(opened.check.finding.status).toBe('ok')
  expect((await opened.recorded()).map(([type]) => type)).toEqual(['ledger.verified', 'ledger.tree_regrown'])
})

/** Another history from an entry on, with all that follows from it but the tree, which alone still tells. */
function forge(file: DatabaseSync, first: number): void {
  const read = file.prepare('SELECT text, hash FROM leaves WHERE sequence = ?')
  const write = file.prepare('UPDATE leaves SET text = ?, hash = unhex(?) WHERE sequence = ?')
  file.exec('BEGIN')
  for (let index = first; index < SIZE; index++) {
    const prev = Buffer.from(read.get(index - 1)?.hash as Uint8Array).toString('hex')
    const text = leafText({ ...JSON.parse(String(read.get(index)?.text)), prev, payload: { forged: true } })
    write.run(text, leafHash(text), index)
  }
  file.exec('COMMIT')
}

describe('a tree that tells of another history than the entries do', () => {
  test.for([
    { name: 'and what was signed', also: '' },
    { name: 'where nothing is left of what was signed', also: 'DELETE FROM checkpoints' },
  ])('is kept as evidence: $name', async ({ also }) => {
    forge(opened.file, 300)
    opened.file.exec(also)
    const before = opened.file.prepare('SELECT * FROM tree_tiles').all()
    await opened.check.lookWhenDue()
    await opened.check.lookWhenDue()
    expect(opened.check.finding).toEqual({
      status: 'failed',
      detail: 'damaged: tile/0/001 has another hash than the entries at 44',
    })
    await expect(repair()).rejects.toMatchObject({
      code: 'DATA_CORRUPT',
      detail: expect.stringContaining('was not made anew'),
    })
    expect(opened.file.prepare('SELECT * FROM tree_tiles').all()).toEqual(before)
    // Tried once for what was found once.
    expect(opened.said.filter((line) => line.includes('was not made anew'))).toHaveLength(1)
    expect((await opened.recorded()).map(([type]) => type)).toEqual(['ledger.verified'])
  })
})

test('a tree is made anew also where the index of words cannot be, and both are told', async () => {
  const { store } = opened.world
  await create(store, { content: 'a numbat at noon' })
  flipped(8, 0)(opened.file)
  opened.file.exec('DELETE FROM term_streams; UPDATE capsules SET head = head + 1000')
  await expect(repair()).rejects.toMatchObject({
    code: 'DATA_CORRUPT',
    detail: expect.stringContaining('index of words'),
  })
  const [told] = await store.ledger.list({ type: 'system.repaired' }, { limit: 1 })
  expect(told?.leaf.payload).toMatchObject({ checks: [LOG_TREE] })
  expect(await opened.finding()).toMatchObject({ ok: true })
})
