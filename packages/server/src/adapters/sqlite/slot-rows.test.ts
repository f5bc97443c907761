import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Database } from './database.ts'
import { migrate } from './migrations.ts'
import { type OwnSpaces, readSlots } from './slot-rows.ts'

interface Row {
  readonly key: number
  readonly space: number | null
  readonly indexed: number
  readonly status: number
  readonly tags: readonly number[]
  readonly vector: readonly number[] | null
}

const NONE: OwnSpaces = { active: null, shadow: null }

const CAPSULE = `
  INSERT INTO capsules (key, id, owner, status, trust, effective_trust, revision, head, version, type, lane, indexed,
    space, created_at, updated_at, valid_from, tags,
    bytes, depth)
  VALUES (?, ?, 7, ?, 60, 40, 1, ?, '1.0.0', 2, 3, ?, ?, 0, 0, 0, ?, 0, 0)`

/** A file with these rows; the head of capsule `key` is version `1000 - key`, so that neither order is the other. */
function fileOf(rows: readonly Row[], pragmas: readonly string[]): Database {
  const database = new Database(':memory:', { readOnly: false, pragmas })
  migrate(database)
  for (const { key, space, indexed, status, tags, vector } of rows) {
    const head = 1000 - key
    const tagList = tags.length === 0 ? null : JSON.stringify(tags)
    database.run(CAPSULE, key, Uint8Array.of(key >> 8, key), status, head, indexed, space, tagList)
    if (vector === null) continue
    const bytes = new Uint8Array(Float32Array.from(vector).buffer)
    database.run('INSERT INTO embeddings VALUES (?, ?, ?)', head, space ?? 0, bytes)
  }
  return database
}

const wantedOf = (rows: readonly Row[]) =>
  rows.flatMap(({ key, space, indexed, status, tags, vector }) =>
    indexed === 0 ? [] : [{ capsule: key, space, status, tags, vector: space === null ? null : vector }],
  )

function readAll(rows: readonly Row[], pragmas: readonly string[] = [], own: OwnSpaces = NONE) {
  const slots = [...readSlots(fileOf(rows, pragmas), own)].flat()
  return slots.map(({ capsule, space, vector, columns }) => {
    const { status, tags, ...rest } = columns
    expect(rest).toEqual({ trust: 40, type: 2, owner: 7, identity: 0, lane: 3, fold: 0 })
    return { capsule, space, status, tags, vector: vector ? [...new Float32Array(vector.slice().buffer)] : null }
  })
}

const number = fc.float({ noNaN: true, noDefaultInfinity: true })

test('every indexed head is read once, in the order of keys, with the vector that is its own', () => {
  const vector = fc.oneof(
    { weight: 8, arbitrary: fc.array(number, { minLength: 3, maxLength: 3 }) },
    // Other models, other lengths, and rows that damage took away.
    { weight: 1, arbitrary: fc.array(number, { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  const row = fc.record({
    space: fc.constantFrom(1, 1, 1, 2, null),
    indexed: fc.constantFrom(1, 1, 1, 0),
    status: fc.constantFrom(1, 2, 3),
    tags: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
    vector,
    skip: fc.integer({ min: 1, max: 2 }),
  })
  const law = fc.property(fc.array(row, { maxLength: 300 }), (drawn) => {
    let key = 0
    const rows = drawn.map(({ skip, ...rest }) => {
      key += skip
      return { key, ...rest }
    })
    expect(readAll(rows)).toEqual(wantedOf(rows))
  })
  fc.assert(law, { numRuns: 40 })
})

test('vectors of one length are read slice by slice, over the edges of slices too', () => {
  const rows = Array.from({ length: 300 }, (_, index) => ({
    ...{ key: index + 1, space: 1, indexed: 1, status: 1, tags: [] },
    vector: [index, -index, 0.5],
  }))
  expect(readAll(rows)).toEqual(wantedOf(rows))
})

test('bytes that are no text stay as they are', () => {
  // Zero bytes, bytes that end no letter, and what the marks of byte order are made of.
  const bytes = Uint8Array.of(0, 0, 0, 0, 0xff, 0xfe, 0xff, 0x7f, 0xef, 0xbb, 0xbf, 0x3f, 0xc3, 0x28, 0x80, 0x41)
  const vector = [...new Float32Array(bytes.buffer)]
  const rows = [1, 2].map((key) => ({ key, space: 1, indexed: 1, status: 1, tags: [], vector }))
  const slots = [...readSlots(fileOf(rows, []), NONE)].flat()
  for (const slot of slots) expect(Buffer.from(slot.vector ?? [])).toEqual(Buffer.from(bytes))
  expect(slots).toHaveLength(2)
})

test('an empty store has none', () => {
  expect([...readSlots(fileOf([], []), NONE)]).toEqual([])
})

test('a file in another encoding, in which bytes as texts do not stay bytes, is read row by row', () => {
  const rows = [1, 2, 3].map((key) => ({ key, space: 1, indexed: 1, status: 1, tags: [], vector: [key, -0.75] }))
  expect(readAll(rows, ["encoding = 'UTF-16le'"])).toEqual(wantedOf(rows))
})
