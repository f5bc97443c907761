import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CascadeError } from '#base'
import { verifyLog } from '#ledger'
import { DATABASE_FILE } from '../src/adapters/sqlite/index.ts'
import { contentsOf as rowsOf } from '../src/adapters/sqlite/testing/store-contents.ts'
import { entryOf, keepingBy, type LogPlaces, type LogWorld, openLogWorld } from './crash/ledger-world.ts'

const TEST_MS_MAX = 120_000
vi.setConfig({ testTimeout: TEST_MS_MAX, hookTimeout: TEST_MS_MAX })

const root = mkdtempSync(join(tmpdir(), 'cascade-log-copies-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Entries of the log when it was copied, and afterwards: a full tile and an open one, and then more of that one. */
const [EARLY, LATE] = [300, 340]
const start = join(root, 'start')
let made = 0

async function fill(world: LogWorld, size: number): Promise<void> {
  const missing = size - world.store.head() - 1
  const outcomes = await world.store.append(Array.from({ length: missing }, entryOf))
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
}

beforeAll(async () => {
  const places = { directory: join(start, 'data'), mirror: join(start, 'mirror') }
  for (const [size, copy] of [
    [EARLY, 'early'],
    [LATE, 'late'],
  ] as const) {
    {
      await using world = await openLogWorld(places)
      await fill(world, size)
      expect((await world.log.checkpointer.sign()).size).toBe(size)
    }
    cpSync(places.directory, join(start, copy), { recursive: true })
    cpSync(places.mirror, join(start, `${copy}-mirror`), { recursive: true })
  }
})

type Copy = 'early' | 'late'

/** A folder as it was at one time, beside the mirror as it was at another. */
function putBack(data: Copy, mirror: Copy): LogPlaces & { readonly mirror: string } {
  const home = join(root, String(++made))
  const places = { directory: join(home, 'data'), mirror: join(home, 'mirror') }
  cpSync(join(start, data), places.directory, { recursive: true })
  cpSync(join(start, `${mirror}-mirror`), places.mirror, { recursive: true })
  return places
}

/** What a folder holds: the rows of each table of its store, and the text of each other file, by its name. */
function contentsOf(folder: string): Readonly<Record<string, unknown>> {
  const files = readdirSync(folder).toSorted()
  const content = (name: string): unknown =>
    name === DATABASE_FILE ? rowsOf(join(folder, name)) : readFileSync(join(folder, name), 'utf8')
  return Object.fromEntries(files.map((name) => [name, content(name)]))
}

async function refusalOf(places: LogPlaces): Promise<CascadeError> {
  try {
    await using world = await openLogWorld(places)
    return expect.fail(`it was opened with ${world.store.head() + 1} entries`)
  } catch (error) {
    if (error instanceof CascadeError) return error
    throw error
  }
}

function alter(directory: string, sql: string): void {
  const database = new DatabaseSync(join(directory, DATABASE_FILE))
  expect(database.prepare(sql).run().changes).toBeGreaterThan(0)
  database.close()
}

const mirrorFile = (mirror: string): string => join(mirror, readdirSync(mirror)[0]!)

describe('an older copy of the data folder', () => {
  test('is refused, with both sizes, and stays as it is', async () => {
    const places = putBack('early', 'late')
    const before = [contentsOf(places.directory), contentsOf(places.mirror)]
    for (let again = 0; again < 2; again++) {
      const { code, detail } = await refusalOf(places)
      expect(code).toBe('LEDGER_FORKED')
      expect(detail).toMatch(new RegExp(`\\b${LATE} entries.*\\b${EARLY}\\b.*older copy`))
      expect([contentsOf(places.directory), contentsOf(places.mirror)]).toEqual(before)
    }
  })

  test('is refused with another key as well, before that is recorded', async () => {
    const places = putBack('early', 'late')
    rmSync(join(places.directory, 'ledger.key'))
    const before = contentsOf(places.directory)
    expect((await refusalOf(places)).code).toBe('LEDGER_FORKED')
    expect(contentsOf(places.directory)).toEqual({ ...before, 'ledger.key': expect.stringContaining('PRIVATE KEY') })
  })

  test('that went on without its mirror is refused once the mirror is back', async () => {
    const places = putBack('early', 'late')
    {
      await using world = await openLogWorld({ ...places, mirror: undefined })
      await fill(world, LATE + 20)
    }
    const { code, detail } = await refusalOf(places)
    expect([code, detail]).toEqual(['LEDGER_FORKED', expect.stringContaining('entries were altered')])
  })

  // The limit of a mirror: who has both, the folder and the mirror, can take both back.
  test.for<'gone' | 'as old as the copy'>(['gone', 'as old as the copy'])(
    'is taken for the log where the mirror is %s',
    async (mirror) => {
      const places = putBack('early', 'early')
      if (mirror === 'gone') rmSync(places.mirror, { recursive: true })
      await using world = await openLogWorld(places)
      expect(world.log.checkpointer.last?.size).toBe(EARLY)
      expect(readFileSync(mirrorFile(places.mirror), 'utf8')).toBe(world.log.checkpointer.last?.note)
    },
  )
})

describe('a folder that was altered', () => {
  const INVERTED = `CAST(x'${'ff'.repeat(32)}' AS BLOB)`
  test.for([
    {
      name: 'the hash of an entry',
      sql: `UPDATE leaves SET hash = ${INVERTED} WHERE sequence = 270`,
      code: 'LEDGER_FORKED',
    },
    { name: 'an entry less', sql: 'DELETE FROM leaves WHERE sequence = 270', code: 'DATA_CORRUPT' },
    { name: 'the last entry less', sql: `DELETE FROM leaves WHERE sequence = ${LATE - 1}`, code: 'LEDGER_FORKED' },
    { name: 'the root of what was signed', sql: `UPDATE checkpoints SET root = ${INVERTED}`, code: 'DATA_CORRUPT' },
    {
      name: 'the note of what was signed',
      sql: `UPDATE checkpoints SET note = replace(note, 'a', 'b')`,
      code: 'DATA_CORRUPT',
    },
  ])('is refused: $name', async ({ sql, code }) => {
    const places = putBack('late', 'late')
    alter(places.directory, sql)
    const before = contentsOf(places.directory)
    const mirrored = contentsOf(places.mirror)
    expect((await refusalOf(places)).code).toBe(code)
    // Its tree as well: it may be what shows how.
    expect(contentsOf(places.directory)).toEqual(before)
    expect(contentsOf(places.mirror)).toEqual(mirrored)
  })

  test.for([
    { name: 'altered', sql: 'UPDATE tree_tiles SET hashes = zeroblob(length(hashes))' },
    { name: 'lost', sql: 'DELETE FROM tree_tiles' },
    { name: 'too large', sql: 'UPDATE tree_state SET size = 5000' },
    { name: 'larger than any number', sql: 'UPDATE tree_state SET size = 1152921504606846976' },
    { name: 'without its size', sql: 'DELETE FROM tree_state' },
  ])('opens where the tree alone was $name, which is made anew from the entries', async ({ sql }) => {
    const places = putBack('late', 'late')
    alter(places.directory, sql)
    await using world = await openLogWorld(places)
    const { store, log, troubles } = world
    const [told] = await store.ledger.list({ type: 'ledger.tree_regrown' }, { limit: 1 })
    expect(told?.leaf).toMatchObject({ index: LATE, payload: { valid: true, size: LATE } })
    expect(troubles).toEqual([expect.stringMatching(/^made anew: ./)])
    expect(log.checkpointer.last?.size).toBe(LATE + 1)
    const verdict = await verifyLog({ ledger: store.ledger, head: store.head(), origin: log.origin, keys: log.keys })
    expect(verdict).toMatchObject({ valid: true })
  })

  test('opens where the tree lags behind, which is no damage: it grows', async () => {
    const places = putBack('late', 'late')
    alter(places.directory, 'UPDATE tree_state SET size = 3')
    await using world = await openLogWorld(places)
    expect(world.log.checkpointer.last?.size).toBe(LATE)
    expect(world.troubles).toEqual([])
  })

  test('is refused without its name, under which something was signed', async () => {
    const places = putBack('late', 'late')
    alter(places.directory, `DELETE FROM records WHERE collection = 'log_identity'`)
    expect((await refusalOf(places)).detail).toContain('its name is gone')
  })

  test('is refused for the mirror alone where what was signed is gone from the store', async () => {
    const places = putBack('late', 'late')
    alter(places.directory, 'DELETE FROM checkpoints')
    alter(places.directory, `UPDATE leaves SET hash = ${INVERTED} WHERE sequence = 270`)
    expect((await refusalOf(places)).code).toBe('LEDGER_FORKED')
  })
})

test('of two copies that run at once one stops signing when it sees the other', async () => {
  const [one, other] = [putBack('late', 'late'), putBack('late', 'late')]
  await using first = await openLogWorld(one)
  await using second = await openLogWorld({ ...other, mirror: one.mirror })
  await fill(first, LATE + 3)
  await first.log.checkpointer.sign()
  await fill(second, LATE + 1)
  await expect(second.log.checkpointer.sign()).rejects.toMatchObject({ code: 'LEDGER_FORKED' })
  expect(await second.store.ledger.checkpoint(second.log.origin)).toMatchObject({ size: LATE })
  // What the other wrote stands.
  expect(readFileSync(mirrorFile(one.mirror), 'utf8')).toBe(first.log.checkpointer.last?.note)
})

describe('the mirror', () => {
  test('is refused as no checkpoint wherever it was cut, and stays', async () => {
    const places = putBack('late', 'late')
    const file = mirrorFile(places.mirror)
    const whole = readFileSync(file)
    for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length))
      const { code, detail } = await refusalOf(places)
      expect([code, detail]).toEqual([
        'LEDGER_FORKED',
        `what ${places.mirror} holds is no checkpoint that this log signed`,
      ])
      expect(readFileSync(file)).toHaveLength(length)
    }
    writeFileSync(file, whole)
    await using world = await openLogWorld(places)
    expect(world.store.head()).toBe(LATE - 1)
  })

  test('that lags behind is no reason to refuse a start, which brings it up', async () => {
    const places = putBack('late', 'early')
    writeFileSync(`${mirrorFile(places.mirror)}.partial`, 'half of a dra')
    await using world = await openLogWorld(places)
    expect(world.log.checkpointer.last?.size).toBe(LATE)
    expect(readFileSync(join(places.mirror, readdirSync(places.mirror)[0]!), 'utf8')).toBe(
      world.log.checkpointer.last?.note,
    )
  })

  test('that cannot be read is told of, and keeps nobody out', async () => {
    const places = putBack('late', 'late')
    const file = mirrorFile(places.mirror)
    rmSync(file)
    mkdirSync(file)
    await using world = await openLogWorld(places)
    expect(world.log.checkpointer.last?.size).toBe(LATE)
    expect(world.troubles).toEqual([
      expect.stringContaining('was not compared with its mirrored checkpoint'),
      expect.stringContaining('was not mirrored'),
    ])
  })

  test('that cannot be written is told of once, holds nothing up, and is caught up with when it can', async () => {
    const places = putBack('late', 'late')
    const aside = `${places.mirror}.aside`
    {
      await using world = await openLogWorld(places)
      renameSync(places.mirror, aside)
      writeFileSync(places.mirror, 'no folder')
      for (let size = LATE + 1; size <= LATE + 5; size++) {
        await fill(world, size)
        expect((await world.log.checkpointer.sign()).size).toBe(size)
      }
      expect(world.troubles).toEqual([expect.stringContaining('was not mirrored')])
      expect(await world.store.ledger.checkpoint(world.log.origin)).toMatchObject({ size: LATE + 5 })
    }
    await using next = await openLogWorld(places)
    expect(next.troubles).toEqual([expect.stringContaining('was not mirrored')])
    rmSync(places.mirror)
    renameSync(aside, places.mirror)
    // No entry came: it is the mirror that is behind.
    const { note } = await next.log.checkpointer.sign()
    expect(readFileSync(mirrorFile(places.mirror), 'utf8')).toBe(note)
    rmSync(places.mirror, { recursive: true })
    writeFileSync(places.mirror, 'no folder')
    await fill(next, LATE + 6)
    await next.log.checkpointer.sign()
    expect(next.troubles).toHaveLength(2)
    rmSync(places.mirror)
    mkdirSync(places.mirror)
  })
})

test('a checkpoint that was kept, though the store failed before it said so, is the one that goes on', async () => {
  const places = putBack('late', 'late')
  let fails = false
  await using world = await openLogWorld(places, {
    isStill: true,
    wrapStore: (store) =>
      keepingBy(store, (keep) => async (checkpoint) => {
        await keep(checkpoint)
        if (fails) throw new CascadeError('OUTCOME_UNKNOWN', 'the thread ended')
      }),
  })
  await fill(world, LATE + 1)
  fails = true
  await expect(world.log.checkpointer.sign()).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  expect(world.log.checkpointer.last?.size).toBe(LATE)
  fails = false
  const { note, size } = await world.log.checkpointer.sign()
  expect([size, (await world.store.ledger.checkpoint(world.log.origin))?.note]).toEqual([LATE + 1, note])
  expect(readFileSync(mirrorFile(places.mirror), 'utf8')).toBe(note)
})
