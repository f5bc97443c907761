import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ago, byteSize, duration, number, plural } from './words.ts'

const NOW = Date.parse('2026-03-13T21:00:00.000Z')

test.for([
  ['2026-03-13T20:59:30Z', 'just now'],
  ['2026-03-13T20:58:59Z', '1 minute ago'],
  ['2026-03-13T18:00:00Z', '3 hours ago'],
  ['2026-03-01T21:00:00Z', '12 days ago'],
  ['2025-12-01T21:00:00Z', '3 months ago'],
  ['2023-01-01T21:00:00Z', '3 years ago'],
  ['2027-01-01T00:00:00Z', 'from 2027-01-01 on'],
] as const)('%s was %s', ([time, words]) => {
  expect(ago(time, NOW)).toBe(words)
})

test.for([
  [0.04, '0.0 s'],
  [9.96, '10.0 s'],
  [59.4, '59 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
] as const)('%d seconds are %s', ([seconds, words]) => {
  expect(duration(seconds)).toBe(words)
})

test.for([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1,023 bytes'],
  [1024, '1.0 KiB'],
  [7_340_032, '7.0 MiB'],
] as const)('%d is %s', ([bytes, words]) => {
  expect(byteSize(bytes)).toBe(words)
})

test('nouns have their plural', () => {
  expect([plural(1, 'entry'), plural(0, 'entry'), plural(2, 'day'), plural(2400, 'file')]).toEqual([
    '1 entry',
    '0 entries',
    '2 days',
    '2,400 files',
  ])
})

test('a number is written as readers of English write it', () => {
  expect([0, 999, 1000, -1234567, 0.5, 1234.5678].map(number)).toEqual([
    '0',
    '999',
    '1,000',
    '-1,234,567',
    '0.5',
    '1,234.568',
  ])
  fc.assert(fc.property(fc.maxSafeInteger(), (count) => number(count) === count.toLocaleString('en-US')))
})
