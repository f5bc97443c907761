import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { entityTag, matchesStrongly, matchesWeakly, parseTagCondition } from './entity-tag.ts'

const TAG = entityTag({ version: '1.2.0', revision: 3 })

test.for(['', ' ', ',', '1.2.0-3', '"1.2.0-3', 'w/"1.2.0-3"', '"a" "b"', '*, "a"', '"a\u0001"', 'W/*', '"a"b"'])(
  'refuses %j as If-Match',
  (header) => {
    expect(() => parseTagCondition(header, 'if-match')).toThrowError(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        errors: [expect.objectContaining({ pointer: '#/header/if-match' })],
      }),
    )
  },
)

test('refuses more than 100 tags', () => {
  const list = (count: number) => Array.from({ length: count }, (_, index) => `"${index}"`).join(',')
  expect(parseTagCondition(list(100), 'if-match')).toMatchObject({ kind: 'listed' })
  expect(() => parseTagCondition(list(101), 'if-match')).toThrowError(/if-match/)
})

test.for([
  { header: '"1.2.0-3"', strong: true, weak: true },
  { header: 'W/"1.2.0-3"', strong: false, weak: true },
  { header: '*', strong: true, weak: true },
  { header: '"1.2.0-2", "1.2.0-3"', strong: true, weak: true },
  { header: ' "other" ,, W/"1.2.0-3" ', strong: false, weak: true },
  { header: '"1.2.0-2"', strong: false, weak: false },
])('$header matches strongly: $strong, weakly: $weak', ({ header, strong, weak }) => {
  const condition = parseTagCondition(header, 'if-none-match')
  expect([matchesStrongly(condition, TAG), matchesWeakly(condition, TAG)]).toEqual([strong, weak])
})

test('is total: any text is a condition or a VALIDATION_FAILED', () => {
  const isTotal = (header: string): boolean => {
    try {
      return 'kind' in parseTagCondition(header, 'if-match')
    } catch (error) {
      return isCascadeError(error) && error.code === 'VALIDATION_FAILED'
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => isTotal(Buffer.from(bytes).toString('latin1'))))
})
