import { describe, expect, test } from 'vitest'
import { correlationIdFrom, currentCorrelationId, withCorrelationId } from './correlation.ts'

const made = () => 'made'

describe('the correlation id of a request', () => {
  test.for([
    ['absent', undefined],
    ['empty', ''],
    ['too long', 'a'.repeat(129)],
    ['with a line break', 'a\nb'],
    ['ending in a line break', 'a\n'],
    ['with a space', 'a b'],
    ['with letters beyond ASCII', 'ä'],
    ['sent twice', ['a', 'b']],
  ])('is made when the header is %s', ([, header]) => {
    expect(correlationIdFrom(header, made)).toBe('made')
  })

  test.for(['a', 'a'.repeat(128), '0192-ab:c.d_E'])('is the header when it is %s', (header) => {
    expect(correlationIdFrom(header, made)).toBe(header)
  })
})

test('an id reaches what a request starts, and only that', async () => {
  const later = (id: string) =>
    withCorrelationId(id, async () => {
      await new Promise(setImmediate)
      return currentCorrelationId()
    })
  expect(await Promise.all([later('a'), later('b')])).toEqual(['a', 'b'])
  expect(currentCorrelationId()).toBeUndefined()
})
