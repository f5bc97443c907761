import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { largestKey } from './newest-leaf.ts'

const PAGE_BYTES = 512
const root = mkdtempSync(join(tmpdir(), 'leaf-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test.for([
  { name: 'an index', page: Buffer.from([0x0a, 0, 0, 0, 1]) },
  { name: 'nothing', page: Buffer.alloc(PAGE_BYTES) },
  { name: 'a circle', page: Buffer.from([0x05, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2]) },
])('a page of $name is refused', ({ page }) => {
  expect(() => largestKey(2, () => page)).toThrow(RangeError)
})

test('the right edge of a table gives its largest key, however deep it is', () => {
  let made = 0
  fc.assert(
    fc.property(fc.uniqueArray(fc.bigInt(0n, 2n ** 53n), { maxLength: 400 }), fc.nat(600), (keys, length) => {
      const file = join(root, String(++made))
      const database = new DatabaseSync(file)
      database.exec(`PRAGMA page_size = ${PAGE_BYTES}; CREATE TABLE log (key INTEGER PRIMARY KEY, text TEXT)`)
      const insert = database.prepare('INSERT INTO log VALUES (?, ?)')
      database.exec('BEGIN')
      for (const key of keys) insert.run(key, 'x'.repeat(length))
      database.exec('COMMIT')
      const page = database.prepare("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'log'").get()?.page
      database.close()
      const bytes = readFileSync(file)
      const read = (number: number) => bytes.subarray((number - 1) * PAGE_BYTES, number * PAGE_BYTES)
      const wanted = keys.reduce((most, key) => (key > most ? key : most), -1n)
      expect(largestKey(Number(page), read)).toBe(Number(wanted))
    }),
    { numRuns: 40 },
  )
})
