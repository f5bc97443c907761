import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { saltedDigest, sha256, sha256Hex } from './digest.ts'

// FIPS 180-4 examples published by NIST (one block, two blocks), and the empty message.
test.for([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
] as const)('SHA-256 of %j is the published one', ([text, digest]) => {
  expect(sha256Hex(text)).toBe(digest)
  expect(sha256Hex(Buffer.from(text))).toBe(digest)
  expect(sha256(text).toString('hex')).toBe(digest)
})

// RFC 4231 sections 4.2, 4.3 and 4.7 (test cases 1, 2 and 6).
test.for([
  {
    key: Buffer.alloc(20, 0x0b),
    text: 'Hi There',
    digest: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: Buffer.from('Jefe'),
    text: 'what do ya want for nothing?',
    digest: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: Buffer.alloc(131, 0xaa),
    text: 'Test Using Larger Than Block-Size Key - Hash Key First',
    digest: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
])('HMAC-SHA-256 of $text is the published one', ({ key, text, digest }) => {
  expect(saltedDigest(key, text)).toBe(digest)
})

test('text is taken as UTF-8, and another key gives another digest', () => {
  expect(sha256Hex('é')).toBe(sha256Hex(new Uint8Array([0xc3, 0xa9])))
  expect(saltedDigest(new Uint8Array(32), 'x')).not.toBe(saltedDigest(new Uint8Array(32).fill(1), 'x'))
})

test('is the HMAC of node:crypto for any key and any text, lone surrogates included', () => {
  const law = fc.property(fc.uint8Array({ maxLength: 150 }), fc.string({ unit: 'binary' }), (key, text) => {
    expect(saltedDigest(key, text)).toBe(createHmac('sha256', key).update(text).digest('hex'))
  })
  fc.assert(law)
})
