import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLogProof, parseLogProof } from './log-proof.ts'
import { published } from './testing.ts'

const CHECKPOINT = published.checkpoint
const PUBLISHED = published.logProof.head + CHECKPOINT
const HASH = Buffer.alloc(32, 1).toString('base64')
const PROOF = `c2sp.org/tlog-proof@v1\nindex 3\n${HASH}\n\n${CHECKPOINT}`

test.for([
  { name: 'nothing', text: '' },
  { name: 'a checkpoint alone', text: CHECKPOINT },
  { name: 'another version', text: PROOF.replace('@v1', '@v2') },
  { name: 'no header', text: PROOF.slice(PROOF.indexOf('index')) },
  { name: 'no index', text: PROOF.replace('index 3\n', '') },
  { name: 'an index with a leading zero', text: PROOF.replace('index 3', 'index 03') },
  { name: 'an index of 2^53', text: PROOF.replace('index 3', 'index 9007199254740992') },
  { name: 'two spaces before the index', text: PROOF.replace('index 3', 'index  3') },
  { name: 'a space behind the index', text: PROOF.replace('index 3', 'index 3 ') },
  { name: 'an extra that is empty', text: PROOF.replace('index', 'extra \nindex') },
  { name: 'an extra that is no Base64', text: PROOF.replace('index', 'extra %\nindex') },
  { name: 'an extra behind the index', text: PROOF.replace('index 3', 'index 3\nextra AAAA') },
  { name: 'two extras', text: PROOF.replace('index', 'extra AAAA\nextra AAAA\nindex') },
  { name: 'a hash of 31 bytes', text: PROOF.replace(HASH, Buffer.alloc(31).toString('base64')) },
  { name: 'a hash with a space', text: PROOF.replace(HASH, `${HASH} `) },
  { name: '64 hashes', text: PROOF.replace(HASH, Array(64).fill(HASH).join('\n')) },
  { name: 'no blank line', text: PROOF.replace('\n\nexample', '\nexample') },
  { name: 'two blank lines', text: PROOF.replace('\n\nexample', '\n\n\nexample') },
  { name: 'no checkpoint', text: PROOF.slice(0, PROOF.indexOf('\n\n') + 2) },
  { name: 'a checkpoint without signature', text: PROOF.slice(0, PROOF.lastIndexOf('\n\n') + 1) },
  { name: 'a note that is no checkpoint', text: PROOF.replace(CHECKPOINT, published.signedNote.note) },
  { name: 'carriage returns', text: PROOF.replaceAll('\n', '\r\n') },
  { name: 'more than 1,000,000 bytes', text: PROOF.replace('index', `extra ${'A'.repeat(1_000_000)}\nindex`) },
  { name: 'the published example, whose signatures are left out', text: published.logProof.asPublished },
])('$name is no proof', ({ text }) => {
  expect(parseLogProof(text)).toBeUndefined()
})

test('the published example is read and written again, once its checkpoint is whole', () => {
  const proof = parseLogProof(PUBLISHED)!
  expect(proof).toMatchObject({ index: 73_894, checkpoint: CHECKPOINT })
  expect(proof.hashes).toHaveLength(5)
  expect(Buffer.from(proof.extra!).toString('latin1')).toMatch(/^age-v1\.2\.1-darwin-arm64\.tar\.g/)
  expect(formatLogProof(proof)).toBe(PUBLISHED)
})

test('the proof of the only entry has no hashes, and an empty extra is left out', () => {
  const text = formatLogProof({ index: 0, hashes: [], checkpoint: CHECKPOINT, extra: new Uint8Array() })
  expect(text).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${CHECKPOINT}`)
  expect(parseLogProof(text)).toEqual({ index: 0, hashes: [], checkpoint: CHECKPOINT })
})

test.for([
  { index: -1 },
  { index: 2 ** 53 },
  { hashes: [new Uint8Array(31)] },
  { hashes: Array.from({ length: 64 }, () => new Uint8Array(32)) },
  { checkpoint: 'text\n' },
  { checkpoint: published.signedNote.note },
  { extra: new Uint8Array(1_000_000) },
])('a proof that could not be read is not written (%#)', (wrong) => {
  const proof = { index: 0, hashes: [], checkpoint: CHECKPOINT, ...wrong }
  expect(() => formatLogProof(proof)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('what is written is read again', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const proofs = fc.record(
    {
      index: fc.maxSafeNat(),
      hashes: fc.array(hash, { maxLength: 63 }),
      checkpoint: fc.constantFrom(CHECKPOINT, published.cosigned.note),
      extra: fc.uint8Array({ minLength: 1 }),
    },
    { requiredKeys: ['index', 'hashes', 'checkpoint'] },
  )
  const law = fc.property(proofs, (proof) => {
    const text = formatLogProof(proof)
    expect(parseLogProof(text)).toEqual({ ...proof })
    expect(parseLogProof(Buffer.from(text))).toEqual({ ...proof })
  })
  fc.assert(law)
})
