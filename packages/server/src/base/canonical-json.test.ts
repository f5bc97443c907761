import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { isCascadeError } from './error.ts'

const VECTORS = join(import.meta.dirname, '../../../../conformance/canonical-json/cases.json')
const JSON_CASES: readonly Record<'name' | 'input' | 'output', string>[] = JSON.parse(readFileSync(VECTORS, 'utf8'))

function refusal(value: unknown): string {
  try {
    return `written: ${canonicalJson(value)}`
  } catch (error) {
    if (isCascadeError(error)) return error.code
    throw error
  }
}

const nested = (depth: number): unknown => {
  let value: unknown = []
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

const cycle: { self?: unknown } = {}
cycle.self = cycle

describe('what JSON cannot say exactly is refused', () => {
  test.for([
    { name: 'nothing', value: undefined },
    { name: 'a bigint', value: 1n },
    { name: 'a symbol', value: Symbol('s') },
    { name: 'a function', value: { f: () => 1 } },
    { name: 'a high surrogate alone', value: 'a\ud83d' },
    { name: 'a low surrogate alone', value: '\ude00b' },
    { name: 'surrogates in the wrong order', value: '\ude00\ud83d' },
    { name: 'a lone surrogate in a name', value: { '\ud83d': 1 } },
    { name: 'a date', value: new Date(0) },
    { name: 'a map', value: new Map([[1, 2]]) },
    { name: 'bytes', value: new Uint8Array(2) },
    { name: 'an error', value: [new Error('e')] },
    { name: 'a boxed number', value: Object(1) },
    { name: 'a cycle', value: cycle },
    { name: '201 levels', value: nested(201) },
  ])('$name', ({ value }) => {
    expect(refusal(value)).toBe('UNPROCESSABLE')
  })

  test('200 levels are written', () => {
    expect(canonicalJson(nested(200))).toBe('['.repeat(201) + ']'.repeat(201))
  })
})

describe('what JavaScript leaves open', () => {
  test('holes and undefined entries of an array are null, undefined members are left out', () => {
    const holes = new Array<unknown>(3)
    holes[1] = undefined
    expect(canonicalJson(holes)).toBe('[null,null,null]')
    expect(canonicalJson({ b: undefined, a: [undefined], c: undefined })).toBe('{"a":[null]}')
  })

  test('a member named __proto__ is a member like any other', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe('{"__proto__":{"a":2},"b":1}')
    expect(canonicalJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}')
  })
})

// RFC 8785 appendix B: IEEE 754 double in hex, and how it is written. NaN and infinity are errors.
test.for([
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['7fffffffffffffff', undefined],
  ['7ff0000000000000', undefined],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const)('the number %s is written %s (RFC 8785 appendix B)', ([hex, text]) => {
  const number = Buffer.from(hex, 'hex').readDoubleBE()
  if (text === undefined) expect(refusal(number)).toBe('UNPROCESSABLE')
  else expect(canonicalJson(number)).toBe(text)
})

// RFC 8785 section 3.2.2: the sample object and its canonical form.
test('the sample of RFC 8785 section 3.2.2 has its published form', () => {
  const sample = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`
  expect(canonicalJson(JSON.parse(sample))).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

// By the author of RFC 8785; conformance/README.md names the source.
test.for(JSON_CASES)('the published case $name has its published form', ({ input, output }) => {
  expect(canonicalJson(JSON.parse(input))).toBe(output)
})

// RFC 8785 section 3.2.3: by code units the emoji (U+1F600, written D83D DE00) comes before U+FB33.
test('members are sorted by UTF-16 code units, as in RFC 8785 section 3.2.3', () => {
  const sample = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    1: 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  expect(Object.values(JSON.parse(canonicalJson(sample)))).toHaveLength(7)
  expect(canonicalJson(sample).match(/"[^"]*"(?=:")/g)).toEqual(
    ['\\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'].map((name) => `"${name}"`),
  )
})

describe('laws', () => {
  const json = fc.jsonValue({ noUnicodeString: false, maxDepth: 5 })
  const wellFormed = json.filter((value) => JSON.stringify(value).isWellFormed())

  test('the text says the value, and is its own canonical form', () => {
    fc.assert(
      fc.property(wellFormed, (value) => {
        const text = canonicalJson(value)
        const back: unknown = JSON.parse(text)
        expect(back).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(back)).toBe(text)
      }),
    )
  })

  test('what no copy holds in order is written as everything else, names and refusals included', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('__proto__', '0', '00', '9', '10', '4294967295', '-1', '1e3', '_', 'toJSON', 'constructor'),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.double(), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5 }),
      ),
    }))
    // An object with a number for a name is written member by member, and with it all that it stands beside.
    fc.assert(
      fc.property(value, (one) => {
        const alone = refusal(one)
        const beside = refusal([one, { 1: 0 }])
        return beside === (alone.startsWith('written: ') ? `written: [${alone.slice(9)},{"1":0}]` : alone)
      }),
      { numRuns: 10_000 },
    )
  })

  test('the order in which members were set does not matter', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (members) => {
        const reversed = Object.fromEntries(Object.entries(members).reverse())
        expect(canonicalJson(reversed)).toBe(canonicalJson(members))
      }),
    )
  })

  test('every double comes back as it was, but for the sign of zero', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(Number(canonicalJson(number))).toBe(number === 0 ? 0 : number)
      }),
    )
  })
})
