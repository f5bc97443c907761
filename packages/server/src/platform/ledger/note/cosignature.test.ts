import { createPublicKey, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { formatCheckpoint } from './checkpoint.ts'
import { createCosigner, verifyCosignature } from './cosignature.ts'
import { parseNote } from './note.ts'
import { createEd25519Signer } from './note-signer.ts'
import { HEAD, newEd25519, newMlDsa44, published } from './testing.ts'
import { formatVerifierKey, parseVerifierKey, SIGNATURE_TYPES } from './verifier-key.ts'

const TEXT = formatCheckpoint(HEAD)
const TIME = 1_679_315_147
const KINDS = [
  { kind: 'Ed25519', make: newEd25519, bytes: 72, algorithm: SIGNATURE_TYPES.ed25519Cosignature },
  { kind: 'ML-DSA-44', make: newMlDsa44, bytes: 2428, algorithm: SIGNATURE_TYPES.mlDsa44Cosignature },
] as const

test.for(KINDS)('no changed byte of an $kind cosignature verifies', ({ make, bytes }) => {
  const { key, cosign } = createCosigner('w.example', make())
  const made = cosign(TEXT, TIME)
  expect(made.signature).toHaveLength(bytes)
  for (let at = 0; at < bytes; at++) {
    const signature = Uint8Array.from(made.signature)
    signature[at]! ^= 0x01
    expect(verifyCosignature(TEXT, { ...made, signature }, key), `byte ${at}`).toBeUndefined()
  }
  for (const end of [0, 7, 8, 9, bytes - 1])
    expect(verifyCosignature(TEXT, { ...made, signature: made.signature.subarray(0, end) }, key)).toBeUndefined()
  const longer = Uint8Array.of(...made.signature, 0)
  expect(verifyCosignature(TEXT, { ...made, signature: longer }, key)).toBeUndefined()
})

test.for(KINDS)('an $kind cosignature holds for its head, its name and its key alone', ({ make }) => {
  const { key, cosign } = createCosigner('w.example', make())
  const made = cosign(TEXT, TIME)
  for (const change of [{ origin: 'log.example/2' }, { size: 8 }, { root: new Uint8Array(32) }])
    expect(verifyCosignature(formatCheckpoint({ ...HEAD, ...change }), made, key)).toBeUndefined()
  for (const text of ['', TEXT.slice(0, -1), `${TEXT}\n`, 'text\n'])
    expect(verifyCosignature(text, made, key)).toBeUndefined()
  expect(verifyCosignature(TEXT, { ...made, name: 'v.example' }, key)).toBeUndefined()
  expect(verifyCosignature(TEXT, { ...made, keyHash: 1 }, key)).toBeUndefined()
  expect(verifyCosignature(TEXT, made, createCosigner('w.example', make()).key)).toBeUndefined()
  expect(verifyCosignature(TEXT, made, { ...key, algorithm: SIGNATURE_TYPES.ed25519 })).toBeUndefined()
})

test('Ed25519 covers extension lines; ML-DSA-44 states nothing of them', () => {
  const extended = formatCheckpoint({ ...HEAD, extensions: ['more'] })
  const [classical, later] = KINDS.map(({ make }) => createCosigner('w.example', make()))
  expect(verifyCosignature(extended, classical!.cosign(TEXT, TIME), classical!.key)).toBeUndefined()
  expect(verifyCosignature(extended, later!.cosign(TEXT, TIME), later!.key)).toEqual({ time: TIME })
})

test('ML-DSA-44 covers the name of the cosigner', () => {
  const privateKey = newMlDsa44()
  const [one, other] = [createCosigner('w.example', privateKey), createCosigner('v.example', privateKey)]
  const { signature } = one.cosign(TEXT, TIME)
  const moved = { name: 'v.example', keyHash: other.key.keyHash, signature }
  expect(verifyCosignature(TEXT, moved, other.key)).toBeUndefined()
})

test.for(KINDS)('an $kind key is written as a verifier key, and what it cosigned verifies with it', (row) => {
  const { key, cosign } = createCosigner('w.example', row.make())
  expect(key.algorithm).toBe(row.algorithm)
  const read = parseVerifierKey(formatVerifierKey(key))!
  for (const time of [0, 1, TIME, Number.MAX_SAFE_INTEGER])
    expect(verifyCosignature(TEXT, cosign(TEXT, time), read)).toEqual({ time })
})

test.for([-1, 0.5, Number.NaN, 2 ** 53])('a time of %d is not cosigned', (time) => {
  const { cosign } = createCosigner('w.example', newEd25519())
  expect(() => cosign(TEXT, time)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('a time of 2^53 or more does not verify, even when it was signed', () => {
  const privateKey = newEd25519()
  const { key } = createCosigner('w.example', privateKey)
  for (const time of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    const start = Buffer.alloc(8)
    start.writeBigUInt64BE(time)
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${TEXT}`)
    const signature = Buffer.concat([start, sign(null, message, privateKey)])
    expect(verifyCosignature(TEXT, { name: key.name, keyHash: key.keyHash, signature }, key)).toBeUndefined()
  }
})

test('a text that is no checkpoint, a public key, an unknown kind and a long origin are not cosigned', () => {
  const internal = expect.objectContaining({ code: 'INTERNAL' })
  const privateKey = newEd25519()
  expect(() => createCosigner('w.example', privateKey).cosign('text\n', TIME)).toThrow(internal)
  expect(() => createCosigner('w.example', createPublicKey(privateKey))).toThrow(internal)
  const later = createCosigner('w.example', newMlDsa44())
  const head = (bytes: number): string => formatCheckpoint({ ...HEAD, origin: 'o'.repeat(bytes) })
  expect(verifyCosignature(head(255), later.cosign(head(255), TIME), later.key)).toEqual({ time: TIME })
  expect(() => later.cosign(head(256), TIME)).toThrow(internal)
  expect(() => createCosigner('w'.repeat(256), newMlDsa44()).cosign(TEXT, TIME)).toThrow(internal)
})

test('the message of Ed25519 is the published one', () => {
  const privateKey = newEd25519()
  const { text } = parseNote(published.cosigned.note)!
  const { signature } = createCosigner('witness.example.com/w1', privateKey).cosign(text, TIME)
  const message = Buffer.from(published.cosigned.message)
  expect(verify(null, message, createPublicKey(privateKey), signature.subarray(8))).toBe(true)
})

test('the message of ML-DSA-44 is the structure of the specification, byte for byte', () => {
  const privateKey = newMlDsa44()
  const { signature } = createCosigner('w.example', privateKey).cosign(TEXT, TIME)
  const hex = [
    '737562747265652f76310a00', // label: "subtree/v1", newline, zero
    '09772e6578616d706c65', // cosigner_name: 9 bytes, "w.example"
    '00000000641850cb', // timestamp: 1679315147
    '0d6c6f672e6578616d706c652f31', // log_origin: 13 bytes, "log.example/1"
    '0000000000000000', // start
    '0000000000000007', // end
    '09'.repeat(32), // hash
  ]
  const message = Buffer.from(hex.join(''), 'hex')
  expect(verify(null, message, createPublicKey(privateKey), signature.subarray(8))).toBe(true)
})

test('the published cosignature carries its time, and a plain signature is no cosignature', () => {
  const cosignature = parseNote(published.cosigned.note)!.signatures[1]!
  expect(cosignature.signature).toHaveLength(72)
  expect(Buffer.from(cosignature.signature).readBigUInt64BE(0)).toBe(BigInt(TIME))
  const signer = createEd25519Signer('w.example', newEd25519())
  expect(verifyCosignature(TEXT, signer.sign(TEXT), signer.key)).toBeUndefined()
})
