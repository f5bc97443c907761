import { describe, expect, test } from 'vitest'
import { tag, timestamp } from './capsule.ts'

describe('a time', () => {
  test.for([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31T00:00:00+02:00',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-01-01',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00',
    '+002026-01-01T00:00:00Z',
  ])('is not %s', (text) => {
    expect(timestamp.safeParse(text).success).toBe(false)
  })

  test.for([
    '2024-02-29T23:59:59Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2026-03-01T09:00:00.123456789+05:30',
  ])('is %s', (text) => {
    expect(timestamp.safeParse(text).success).toBe(true)
  })
})

test.for(['two\nlines', 'two\u2028lines', 'two\u2029lines', 'two\u0085lines', ' a', 'a ', 'a\u2028', '', '\u0000'])(
  'a label is one line: not %j',
  (text) => {
    expect(tag.safeParse(text).success).toBe(false)
  },
)
