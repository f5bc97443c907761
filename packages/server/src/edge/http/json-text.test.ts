import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JSON_DEPTH_MAX, parseJson } from './json-text.ts'

const parse = (text: string) => parseJson(Buffer.from(text))
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

test.for([
  { name: 'bytes that are no UTF-8', bytes: [0x22, 0xff, 0x22] },
  { name: 'a surrogate written as UTF-8 (CESU-8)', bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
  { name: 'an overlong slash', bytes: [0x22, 0xc0, 0xaf, 0x22] },
  { name: 'text that is cut off', bytes: [...Buffer.from('{"a":')] },
  { name: 'two values', bytes: [...Buffer.from('{} {}')] },
  { name: 'NaN', bytes: [...Buffer.from('NaN')] },
])('refuses $name with MALFORMED_JSON', ({ bytes }) => {
  expect(() => parseJson(Buffer.from(bytes))).toThrowError(expect.objectContaining({ code: 'MALFORMED_JSON' }))
})

test.for([
  { name: 'a member __proto__', text: '{"a":[{"__proto__":{"admin":true}}]}', pointer: '/a/0/__proto__' },
  { name: 'the same, escaped', text: '{"\\u005f_proto\\u005f_":1}', pointer: '/__proto__' },
  { name: 'a lone surrogate', text: '{"a~b":["\\ud800"]}', pointer: '/a~0b/0' },
  { name: 'a lone surrogate as a name', text: '{"x/y":{"\\udc00":1}}', pointer: '/x~1y' },
  { name: 'a lone surrogate alone', text: '"\\ud800"', pointer: '' },
])('refuses $name and says where', ({ text, pointer }) => {
  expect(() => parse(text)).toThrowError(
    expect.objectContaining({ code: 'VALIDATION_FAILED', errors: [expect.objectContaining({ pointer })] }),
  )
})

test('takes 64 levels and refuses 65, and 200,000 without exhausting the stack', () => {
  expect(parse(nested(JSON_DEPTH_MAX))).toBeInstanceOf(Array)
  for (const depth of [JSON_DEPTH_MAX + 1, 200_000]) {
    expect(() => parse(nested(depth))).toThrowError(expect.objectContaining({ code: 'VALIDATION_FAILED' }))
  }
})

test('a message never repeats a long body', () => {
  expect(() => parse(`{"a": ${'x'.repeat(100_000)}`)).toThrowError(
    expect.objectContaining({ detail: expect.stringMatching(/^.{0,250}$/s) }),
  )
})

test('a byte order mark is no part of the value', () => {
  expect(parse('\uFEFF{"a":1}')).toEqual({ a: 1 })
})

test('gives back whatever JSON was written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value)
      fc.pre(text.isWellFormed() && !text.includes('__proto__') && !/\\ud[89a-f]/i.test(text))
      expect(parse(text)).toEqual(JSON.parse(text))
    }),
  )
})
