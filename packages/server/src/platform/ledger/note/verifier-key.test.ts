import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasMlDsa44 } from './signing-key.ts'
import { published } from './testing.ts'
import {
  createVerifierKey,
  formatVerifierKey,
  parseVerifierKey,
  SIGNATURE_TYPES,
  verifyWithKey,
} from './verifier-key.ts'

const TEXT = published.signedNote.verifierKey
const MATERIAL = Buffer.from(TEXT.split('+')[2]!, 'base64')

test.for([
  { name: 'nothing', text: '' },
  { name: 'a name alone', text: 'example.com/foo' },
  { name: 'no name', text: TEXT.replace('example.com/foo', '') },
  { name: 'another name', text: TEXT.replace('foo', 'bar') },
  { name: 'a name with a space', text: TEXT.replace('/', ' ') },
  { name: 'another key hash', text: TEXT.replace('530d903a', '530d903b') },
  { name: 'a key hash in capitals', text: TEXT.replace('530d903a', '530D903A') },
  { name: 'a short key hash', text: TEXT.replace('530d903a', '530d903') },
  { name: 'a key of 31 bytes', text: `${TEXT.slice(0, 25)}${MATERIAL.subarray(0, 32).toString('base64')}` },
  {
    name: 'a key of 33 bytes',
    text: `${TEXT.slice(0, 25)}${Buffer.concat([MATERIAL, MATERIAL.subarray(0, 1)]).toString('base64')}`,
  },
  { name: 'no key', text: TEXT.slice(0, 25) },
  { name: 'another byte of the key', text: TEXT.replace('U2k', 'U2g') },
  { name: 'a line end', text: `${TEXT}\n` },
  {
    name: 'an algorithm that is not ours',
    text: `${TEXT.slice(0, 25)}${Buffer.from([2, ...MATERIAL.subarray(1)]).toString('base64')}`,
  },
])('$name is no verifier key', ({ text }) => {
  expect(parseVerifierKey(text)).toBeUndefined()
})

test.for([
  { algorithm: SIGNATURE_TYPES.ed25519, bytes: 32 },
  { algorithm: SIGNATURE_TYPES.ed25519Cosignature, bytes: 32 },
  { algorithm: SIGNATURE_TYPES.mlDsa44Cosignature, bytes: 1312 },
])('a key of type $algorithm is read as it was written', ({ algorithm, bytes }) => {
  const publicKey = fc.uint8Array({ minLength: bytes, maxLength: bytes })
  const law = fc.property(fc.stringMatching(/^[a-zé./]{1,20}$/u), publicKey, (name, raw) => {
    const key = createVerifierKey(name, algorithm, raw)
    expect(parseVerifierKey(formatVerifierKey(key))).toEqual(key)
  })
  fc.assert(law, { numRuns: 30 })
})

test('a key whose key hash or length is not its own is not written', () => {
  const key = parseVerifierKey(TEXT)!
  for (const wrong of [{ keyHash: 1 }, { algorithm: 2 }, { algorithm: 6 }, { name: 'a b' }, { publicKey: MATERIAL }])
    expect(() => formatVerifierKey({ ...key, ...wrong })).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('no bytes of a key or a signature make verification throw', () => {
  const algorithm = fc.constantFrom(0, 1, 2, 4, 6)
  const key = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ minLength: 1312, maxLength: 1312 }),
    fc.uint8Array(),
  )
  const signature = fc.oneof(
    fc.uint8Array({ minLength: 64, maxLength: 64 }),
    fc.uint8Array({ minLength: 2420, maxLength: 2420 }),
    fc.uint8Array(),
  )
  const law = fc.property(algorithm, key, signature, (type, publicKey, bytes) => {
    const made = { name: 'a', keyHash: 1, algorithm: type, publicKey }
    expect(verifyWithKey(Buffer.from('text\n'), bytes, made)).toBe(false)
  })
  fc.assert(law, { numRuns: 300 })
})

test('this runtime has ML-DSA-44', () => {
  expect(hasMlDsa44()).toBe(true)
})
