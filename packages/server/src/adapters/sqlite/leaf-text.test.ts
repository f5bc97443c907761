import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { type AnyRecord, leafText, toLeaf } from '#ledger'
import { writeLeafText } from './leaf-text.ts'

/** Any text at all: control characters, quotes, and surrogates that stand alone. */
const word = fc.uint16Array({ maxLength: 6 }).map((units) => String.fromCharCode(...units))
const value = fc.oneof(
  word,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.array(word, { maxLength: 3 }),
)
const record: fc.Arbitrary<AnyRecord> = fc.record({
  category: fc.constantFrom('capsule', 'trust', 'governance', 'system'),
  type: word,
  actor: word,
  correlationId: word,
  subject: word,
  digests: fc.dictionary(word, word, { maxKeys: 3 }),
  payload: fc.dictionary(word, fc.oneof(value, fc.dictionary(word, value, { maxKeys: 3 })), { maxKeys: 5 }),
})

test('is the canonical JSON of the leaf, byte for byte, and refuses what that refuses', () => {
  let written = 0
  const law = fc.property(record, fc.nat(), (given, index) => {
    const [prev, time] = ['ab'.repeat(32), '2026-03-01T09:00:00.000Z']
    const general = outcomeOf(() => leafText(toLeaf(given, index, prev, time)))
    if (general !== 'UNPROCESSABLE') written++
    return outcomeOf(() => writeLeafText(given, index, prev, time)) === general
  })
  fc.assert(law, { numRuns: 10_000 })
  // A sample that is refused as a whole would prove nothing.
  expect(written).toBeGreaterThan(1000)
})

/** The text, or the code with which it is refused. */
function outcomeOf(write: () => string): string {
  try {
    return write()
  } catch (error) {
    if (isCascadeError(error)) return error.code
    throw error
  }
}

test('a lone surrogate is refused wherever it stands', () => {
  const plain: AnyRecord = {
    category: 'system',
    type: 'a',
    actor: 'b',
    correlationId: 'c',
    subject: 'd',
    digests: {},
    payload: {},
  }
  for (const member of ['type', 'actor', 'correlationId', 'subject'] as const) {
    expect(() => writeLeafText({ ...plain, [member]: '\ud800' }, 0, '', '')).toThrow('UNPROCESSABLE')
  }
})
