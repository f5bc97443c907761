import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Lineage, LineageQuery } from '#capsules'
import { Database, type SqlValue } from './database.ts'
import { KnownLineage } from './lineage-known.ts'
import { LineageReader } from './lineage-query.ts'
import { migrate } from './migrations.ts'
import { unpackLineage } from './packed-lineage.ts'

/** Rows as the writer leaves them: keys that grow, edges that come with their version and stay. */
class Rows {
  readonly database: Database
  readonly #versions: number[] = []
  readonly #columns = new Map<string, readonly { readonly name: string; readonly type: string }[]>()

  constructor(file = ':memory:') {
    this.database = new Database(file, { readOnly: false, pragmas: ['journal_mode = WAL'] })
    migrate(this.database)
  }

  get size(): number {
    return this.#versions.length
  }

  /** A capsule with a version that names these parents; answers its key. */
  add(parents: readonly number[]): number {
    const key = this.#versions.push(0)
    const id = new Uint8Array(Buffer.from(hexOf(key), 'hex'))
    this.#insert('capsules', { key, id, status: 1, trust: 60, effective_trust: 50, created_at: key })
    this.revise(key, parents)
    return key
  }

  /** The next version of a capsule. */
  revise(capsule: number, parents: readonly number[]): void {
    const version = `1.${this.#versions[capsule - 1]!++}.0`
    const key = this.#insert('versions', { capsule, version, ordinal: this.#versions[capsule - 1]! })
    const head = [key, version, parents.length === 0 ? null : `from ${parents.length}`] as const
    this.database.run('UPDATE capsules SET head = ?, version = ?, title = ? WHERE key = ?', ...head, capsule)
    for (const [position, parent] of parents.entries()) {
      const pinned = { parent, parent_version: '1.0.0', reason: `by ${version}`, at: key }
      this.#insert('edges', { child: capsule, version: key, position, ...pinned })
    }
  }

  /** Trust and status of a capsule, without a version. */
  judge(capsule: number, trust: number): void {
    const standing = [1 + (trust % 3), trust, Math.min(trust, 50)] as const
    this.database.run(
      'UPDATE capsules SET status = ?, trust = ?, effective_trust = ? WHERE key = ?',
      ...standing,
      capsule,
    )
  }

  /** A row whose other columns do not matter here. */
  #insert(table: string, values: Readonly<Record<string, SqlValue>>): number {
    const required = this.#required(table).map(({ name, type }) => [name, ZEROS[type] ?? 0])
    const row: Record<string, SqlValue> = { ...Object.fromEntries(required), ...values }
    const places = Object.keys(row).map(() => '?')
    const sql = `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`
    return this.database.insert(sql, ...Object.values(row))
  }

  #required(table: string): readonly { readonly name: string; readonly type: string }[] {
    const known = this.#columns.get(table)
    if (known) return known
    const columns = this.database.all<{ name: string; type: string }>(
      'SELECT name, type FROM pragma_table_info(?) WHERE "notnull" = 1 AND dflt_value IS NULL',
      table,
    )
    this.#columns.set(table, columns)
    return columns
  }
}

const ZEROS: Readonly<Record<string, SqlValue>> = { TEXT: '', BLOB: new Uint8Array(0) }

const hexOf = (key: number): string => `00000000000070008000${key.toString(16).padStart(12, '0')}`
const idOf = (key: number): string => hexOf(key).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

const read = (reader: LineageReader, key: number, query: LineageQuery): Lineage =>
  unpackLineage(reader.read(idOf(key), query)!)

/** What does not depend on the way in which the edges were read. */
const contentOf = ({ nodes, edges, truncated }: Lineage) => ({
  nodes,
  edges: edges.toSorted((a, b) => (a.child + a.parent < b.child + b.parent ? -1 : 1)),
  truncated,
})

const whole = (direction: LineageQuery['direction']): LineageQuery => ({ direction, nodesMax: 20_000 })
const BOTH = ['ancestors', 'descendants'] as const

describe('a reader that has answered before', () => {
  test('answers as one that has not, whatever was added or changed in between', () => {
    const addition = fc.record({
      revised: fc.option(fc.nat()),
      parents: fc.array(fc.nat(), { maxLength: 4 }),
      count: fc.constantFrom(1, 1, 1, 20, 600),
      judged: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 100 })), { maxLength: 3 }),
      asked: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(addition, { minLength: 1, maxLength: 25 }), (additions) => {
        const rows = new Rows()
        const old = new LineageReader(rows.database)
        rows.add([])
        for (const { revised, parents, count, judged, asked } of additions) {
          for (let made = 0; made < count; made++) {
            const child = revised === null ? rows.size + 1 : (revised % rows.size) + 1
            // Parents are older than their children here: that leaves no circle.
            const older = [...new Set(parents.map((parent) => (parent + made) % child))].filter((key) => key > 0)
            if (revised === null) rows.add(older)
            else rows.revise(child, older)
          }
          for (const [capsule, trust] of judged) rows.judge((capsule % rows.size) + 1, trust)
          const key = (asked % rows.size) + 1
          for (const direction of BOTH) {
            const fresh = new LineageReader(rows.database)
            expect(contentOf(read(old, key, whole(direction)))).toEqual(contentOf(read(fresh, key, whole(direction))))
          }
        }
        rows.database.close()
      }),
      { numRuns: 40 },
    )
  })

  test('sees a child that came after the last one, and a parent that an old capsule got', () => {
    const rows = new Rows()
    const reader = new LineageReader(rows.database)
    const chain = Array.from({ length: 300 }, (_, at) => rows.add(at === 0 ? [] : [at]))
    expect(read(reader, 1, whole('descendants')).nodes).toHaveLength(300)
    expect(read(reader, 300, whole('ancestors')).nodes).toHaveLength(300)
    const [single, child] = [rows.add([]), rows.add([chain[150]!])]
    rows.revise(40, [39, single])
    expect(read(reader, 1, whole('descendants')).nodes).toHaveLength(301)
    expect(read(reader, single, whole('descendants')).nodes).toHaveLength(300 - 39 + 2)
    expect(read(reader, child, whole('ancestors')).nodes).toHaveLength(151 + 1 + 1)
  })
})

describe('what another connection writes', () => {
  test.for([
    { name: 'a fall of trust', write: (rows: Rows) => rows.judge(50, 7), what: { trust: 7, effectiveTrust: 7 } },
    { name: 'a new head', write: (rows: Rows) => rows.revise(50, [49]), what: { version: '1.1.0', title: 'from 1' } },
    { name: 'a title taken away', write: (rows: Rows) => rows.revise(50, []), what: { title: null } },
  ])('is told by the next lineage, $name, and not within the transaction before it', async ({ write, what }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'lineage-'))
    const file = join(folder.path, 'rows.db')
    const rows = new Rows(file)
    for (let at = 0; at < 100; at++) rows.add(at === 0 ? [] : [at])
    const database = new Database(file, { readOnly: true, pragmas: [] })
    const reader = new LineageReader(database)
    const ask = () => read(reader, 100, whole('ancestors')).nodes[49]!
    const [before, within] = database.snapshot(() => {
      const first = ask()
      write(rows)
      return [first, ask()]
    })
    expect(within).toEqual(before)
    expect(before).not.toMatchObject(what)
    expect(database.snapshot(ask)).toMatchObject(what)
    database.close()
    rows.database.close()
  })
})

test('what is remembered of capsules that came between lineages, and of those without edges, is bounded', () => {
  const rows = new Rows()
  const known = new KnownLineage(rows.database, { capsulesMax: 100 })
  const remembered: number[] = []
  for (let round = 0; round < 20; round++) {
    const came = Array.from({ length: 30 }, () => rows.add([]))
    const { capsules, byChild } = known.catchUp().memory
    const slots = came.map((key) => capsules.slotOf(key))
    for (let at = 0; at < slots.length; at++) byChild.find(slots, at, { towards: 'older', keys: 1, deep: false })
    remembered.push(capsules.size)
  }
  expect(Math.max(...remembered)).toBeLessThanOrEqual(100 + 2 * 30)
})

test.for([
  { limit: 'rowsMax', most: 20 },
  { limit: 'charsMax', most: 100 },
] as const)('the memory starts anew beyond $limit', ({ limit, most }) => {
  const rows = new Rows()
  for (let at = 0; at < 40; at++) rows.add(at === 0 ? [] : [at])
  rows.revise(40, [38, 39])
  const known = new KnownLineage(rows.database, { [limit]: most })
  const first = known.catchUp().memory
  first.byChild.find([first.capsules.slotOf(40)], 0, { towards: 'older', keys: 40, deep: true })
  first.words.numberOf('x'.repeat(most + 1))
  const second = known.catchUp().memory
  expect(second).not.toBe(first)
  expect([second.capsules.size, second.byChild.to.length, second.words.chars]).toEqual([0, 0, 0])
  expect(known.catchUp().memory).toBe(second)
})

describe('where capsules lie', () => {
  test.for([
    { name: 'close together', stride: 1 },
    { name: 'far apart', stride: 37 },
  ])('makes no difference to a chain: $name', ({ stride }) => {
    const rows = new Rows()
    const chain: number[] = []
    for (let at = 0; at < 3000; at++) {
      const key = rows.add(at % stride === 0 && chain.length > 0 ? [chain.at(-1)!] : [])
      if (at % stride === 0) chain.push(key)
    }
    const reader = new LineageReader(rows.database)
    for (const direction of BOTH) {
      const start = direction === 'ancestors' ? chain.at(-1)! : chain[0]!
      const { nodes, edges } = read(reader, start, whole(direction))
      expect(nodes.map(({ id }) => id)).toEqual(chain.map(idOf))
      expect(edges).toHaveLength(chain.length - 1)
    }
  })

  test('all edges of capsules with several parents are named, wherever a stretch that was read ends', () => {
    const rows = new Rows()
    const parentsOf = (key: number) => [1, 2, 3, 5, 8].map((step) => key - step).filter((parent) => parent > 0)
    for (let key = 1; key <= 2000; key++) rows.add(parentsOf(key))
    const expected = Array.from({ length: 2000 }, (_, at) => parentsOf(at + 1).length).reduce((a, b) => a + b)
    for (const direction of BOTH) {
      const start = direction === 'ancestors' ? 2000 : 1
      const { nodes, edges } = read(new LineageReader(rows.database), start, whole(direction))
      expect([nodes.length, edges.length]).toEqual([2000, expected])
    }
  })

  test('a hub with more children than are asked for is cut, and whole for who asks for all', () => {
    const rows = new Rows()
    rows.add([])
    for (let child = 0; child < 5000; child++) rows.add([1])
    const reader = new LineageReader(rows.database)
    const cut = read(reader, 1, { direction: 'descendants', nodesMax: 10 })
    expect([cut.nodes.length, cut.edges.length, cut.truncated]).toEqual([10, 9, true])
    const all = read(reader, 1, whole('descendants'))
    expect([all.nodes.length, all.edges.length, all.truncated]).toEqual([5001, 5000, false])
  })
})

test('an edge to a capsule that is not there is told as corrupt data', () => {
  const rows = new Rows()
  rows.add([999])
  expect(() => new LineageReader(rows.database).read(idOf(1), whole('ancestors'))).toThrow(
    expect.objectContaining({ code: 'DATA_CORRUPT' }),
  )
})
