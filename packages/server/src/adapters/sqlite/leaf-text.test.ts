import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnyRecord, leafText, toLeaf } from '#ledger'
import { writeLeafText } from './leaf-text.ts'

const word = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed())
const record: fc.Arbitrary<AnyRecord> = fc.record({
  category: fc.constantFrom('capsule', 'trust', 'governance', 'system'),
  type: word,
  actor: word,
  correlationId: word,
  subject: word,
  digests: fc.dictionary(word, word),
  payload: fc.dictionary(
    word,
    fc.jsonValue({ maxDepth: 3 }).filter((value) => JSON.stringify(value).isWellFormed()),
  ),
})

test('is the canonical JSON of the leaf, byte for byte', () => {
  const law = fc.property(record, fc.nat(), (given, index) => {
    const [prev, time] = ['ab'.repeat(32), '2026-03-01T09:00:00.000Z']
    expect(writeLeafText(given, index, prev, time)).toBe(leafText(toLeaf(given, index, prev, time)))
  })
  fc.assert(law)
})

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
