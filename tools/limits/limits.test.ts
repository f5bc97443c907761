import { join } from 'node:path'
import { ERRORS } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import { openHttpWorld } from '../../packages/server/src/edge/http/testing.ts'
import { readText } from '../checks/check.ts'
import { limitConstants, listConstantsOfRows, listLimitConstants } from './constants.ts'
import { DOORS, type Door } from './doors.ts'
import { LIMITS, type LimitName } from './index.ts'
import { NO_LIMITS } from './no-limits.ts'
import { type LimitTest, TESTS } from './tests.ts'

const ROOT = join(import.meta.dirname, '../..')
// Object.keys widens the names of the table to string; they are exactly its keys.
const NAMES = Object.keys(LIMITS) as LimitName[]

describe('beyond the limit of', () => {
  // Object.entries widens the names to string as well.
  test.for(Object.entries(DOORS) as [keyof typeof DOORS, Door][])(
    '%s a request fails with the code of the table, and nothing has changed',
    async ([name, { world = {}, exceed }]) => {
      const http = await openHttpWorld(world)
      await http.send('POST', '/v2/capsules', { body: { content: 'One.', type: 'knowledge' } })
      const head = http.world.context.store.head()
      expect({ error: await exceed(http) }).toEqual(LIMITS[name].beyond)
      expect(http.world.context.store.head()).toBe(head)
      await http[Symbol.asyncDispose]()
    },
  )
})

/** A test of that title is called in the file, and its case stands there: a word that is only mentioned is none. */
function isThere({ file, title, row }: LimitTest): boolean {
  const text = readText(ROOT, file)
  const isCalled = new RegExp(String.raw`(?:\btest|\))\(\s*(['\x60])${literal(title)}\1`).test(text)
  return isCalled && (row === undefined || text.includes(`'${row}'`) || text.includes(`\n  ${row}: {`))
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

test.for(Object.entries(TESTS))('the test beyond %s is there', ([, one]) => {
  expect(isThere(one), `${one.file}: ${one.title}`).toBe(true)
})

test('every row of the table has one test', () => {
  expect(NAMES.filter((name) => Number(name in DOORS) + Number(name in TESTS) !== 1)).toEqual([])
})

test('every code of the table is in the catalogue, and every number is a sound one', () => {
  for (const { beyond, value } of Object.values(LIMITS)) {
    if ('error' in beyond) expect(ERRORS).toHaveProperty(beyond.error)
    expect(Number.isSafeInteger(value) && value > 0).toBe(true)
  }
})

test('a reason in the words of a report has the number of its limit', () => {
  for (const { beyond, value } of Object.values(LIMITS)) {
    const words = 'skipped' in beyond ? beyond.skipped : 'failed' in beyond ? beyond.failed : ''
    for (const number of words.match(/\d+/g) ?? []) expect(numbersOf(value)).toContain(Number(number))
  }
})

/** As reports write an amount: in bytes, milliseconds or items, or in MiB. */
const numbersOf = (value: number): readonly number[] => [
  value,
  value / 1024 ** 2,
  LIMITS.archiveBytes.value,
  LIMITS.archivePart.value,
]

test('every constant that says how much there may be has its row, or the reason why it needs none', async () => {
  const [all, rows] = [await listLimitConstants(ROOT), await listConstantsOfRows(ROOT)]
  const excused = NO_LIMITS.flatMap(({ constants }) => constants)
  expect(all.length).toBeGreaterThan(200)
  expect(all.filter((one) => !rows.has(one) && !excused.includes(one))).toEqual([])
  expect(excused.filter((one) => rows.has(one) || !all.includes(one))).toEqual([])
  expect(new Set(excused).size).toBe(excused.length)
})

test.for([
  { name: 'bare', text: 'const WORDS_MAX = 7', found: ['WORDS_MAX'] },
  { name: 'exported, with a unit', text: 'export const WAIT_MAX_MS = 7', found: ['WAIT_MAX_MS'] },
  { name: 'in a table', text: 'const A = {\n  wordsMax: 7,\n  word: 1,\n}\nf({ wordsMax: 8 })', found: ['A.wordsMax'] },
  { name: 'in a table of one line', text: 'const A: T = { wordsMax: 7 }\nf({ wordsMax: 8 })', found: ['A.wordsMax'] },
  { name: 'a default of a parameter', text: 'function f({ wordsMax = 7 }) {', found: ['wordsMax'] },
  { name: 'a default that is another constant', text: 'function f({ wordsMax = WORDS }) {', found: [] },
  { name: 'a type', text: 'interface A {\n  readonly wordsMax: number\n}', found: [] },
])('a constant is found that is $name', ({ text, found }) => {
  expect(limitConstants(text)).toEqual(found)
})
