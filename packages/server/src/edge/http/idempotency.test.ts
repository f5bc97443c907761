import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyDigest, commandId, InFlight, identify, parseIdempotencyKey } from './idempotency.ts'

test.for([
  { name: 'an empty key', key: '' },
  { name: 'a space', key: 'a b' },
  { name: 'a control character', key: 'a\tb' },
  { name: 'a letter beyond ASCII', key: 'schlüssel' },
  { name: '201 characters', key: 'a'.repeat(201) },
  { name: 'a header sent twice', key: ['a', 'b'] },
])('refuses $name', ({ key }) => {
  expect(() => parseIdempotencyKey(key)).toThrowError(expect.objectContaining({ code: 'VALIDATION_FAILED' }))
})

test('takes 1 and 200 visible characters, and no header at all', () => {
  expect([parseIdempotencyKey('~'), parseIdempotencyKey('!'.repeat(200)), parseIdempotencyKey(undefined)]).toEqual([
    '~',
    '!'.repeat(200),
    undefined,
  ])
})

test('a command id is the first half of SHA-256 over subject, route, key and line', () => {
  const expected = createHash('sha256').update('["s","createCapsule","k",7]').digest('hex').slice(0, 32)
  expect(commandId('s', 'createCapsule', 'k', 7)).toBe(expected)
})

test('no two different quadruples share a command id by moving text between them', () => {
  expect(commandId('a', 'bc', 'd')).not.toBe(commandId('ab', 'c', 'd'))
  expect(commandId('a', 'b', 'k', 1)).not.toBe(commandId('a', 'b', 'k1'))
})

test('the digest of a body ignores the order of its members and nothing else', () => {
  const plain = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()))
  fc.assert(
    fc.property(plain, (body) => {
      const turned = Object.fromEntries(Object.entries(body).toReversed())
      expect(bodyDigest({}, turned)).toBe(bodyDigest({}, body))
      expect(bodyDigest({}, { ...body, extra: 1 })).not.toBe(bodyDigest({}, body))
    }),
  )
  expect(bodyDigest({ id: 'a' }, {})).not.toBe(bodyDigest({ id: 'b' }, {}))
})

test('without a key every request is a command of its own', () => {
  const request = { subject: 's', route: 'r', params: {}, body: {} }
  let count = 0
  const newId = () => `00000000-0000-7000-8000-00000000000${count++}`
  expect(identify(undefined, request, newId)).toEqual({ id: '00000000000070008000000000000000' })
  expect(identify('k', request, newId)).toEqual({ id: commandId('s', 'r', 'k'), bodyDigest: bodyDigest({}, {}) })
})

test('a command under way is refused until it has ended', () => {
  const inFlight = new InFlight()
  const first = inFlight.enter('a')
  expect(() => inFlight.enter('a')).toThrowError(expect.objectContaining({ code: 'IN_FLIGHT' }))
  first[Symbol.dispose]()
  inFlight.enter('a')[Symbol.dispose]()
  expect(inFlight.size).toBe(0)
})
