import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonElements } from './json-elements.ts'

function read(text: string | Uint8Array, { size = 7, elementBytesMax = 1000 } = {}) {
  const elements = new JsonElements({ lists: new Set(['documents']), elementBytesMax })
  const bytes = Buffer.from(text)
  const found = []
  for (let at = 0; at < bytes.length; at += size) found.push(...elements.push(bytes.subarray(at, at + size)))
  return { found, problem: elements.end() }
}

const values = (text: string, size?: number) => {
  const { found, problem } = read(text, size === undefined ? {} : { size, elementBytesMax: 1_000_000 })
  return { values: found.map((one) => ('text' in one ? JSON.parse(one.text) : one)), problem }
}

describe('the elements of a list', () => {
  test('are those that JSON.parse finds, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 50 }), fc.boolean(), (list, size, pretty) => {
        const told = JSON.parse(JSON.stringify(list))
        const text = JSON.stringify(list, null, pretty ? 2 : 0)
        expect(values(text, size)).toEqual({ values: told, problem: undefined })
        const wrapped = `{"a":{"documents":[1]},"x":"documents","documents":${text},"b":[2]}`
        expect(values(wrapped, size)).toEqual({ values: told, problem: undefined })
      }),
    )
  })

  test('never throws and never loops, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', '1', ' ', 'documents')),
        (parts) => {
          expect(read(parts.join(''))).toBeDefined()
        },
      ),
    )
  })

  test.for([
    { text: '', problem: 'it is empty' },
    { text: '   \n', problem: 'it is empty' },
    { text: '"text"', problem: 'it begins with neither [ nor {, so it is no list' },
    { text: '{}', problem: 'it holds no list of its own and none named documents' },
    { text: '{"documents":{}}', problem: 'it holds no list of its own and none named documents' },
    { text: '[1, 2', problem: 'it ends in the middle; it was not written or copied to its end' },
    { text: '[{"a":"b', problem: 'it ends in the middle; it was not written or copied to its end' },
  ])('$text is told to be no whole list', ({ text, problem }) => {
    expect(read(text).problem).toBe(problem)
  })

  test('what was whole before the file was cut off is given', () => {
    expect(values('[{"a":1},{"b":2},{"c"')).toMatchObject({ values: [{ a: 1 }, { b: 2 }] })
  })

  test('one that is too large or no UTF-8 is passed over, and the next one given', () => {
    const bytes = Buffer.concat([
      Buffer.from(`["${'x'.repeat(5000)}",`),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from(',3]'),
    ])
    expect(read(bytes)).toEqual({
      found: [{ unfit: 'it has 5002 bytes; at most 1000 are read' }, { unfit: 'it is not UTF-8 text' }, { text: '3' }],
      problem: undefined,
    })
  })

  test('a byte order mark is no part of it', () => {
    expect(values('\ufeff[1]')).toEqual({ values: [1], problem: undefined })
  })
})
