import { expect, test } from 'vitest'
import { formatCheckpoint } from './checkpoint.ts'
import { createCosigner } from './cosignature.ts'
import { formatNote, parseNote } from './note.ts'
import { createEd25519Signer, signNote } from './note-signer.ts'
import { openNote, verifyNoteSignature } from './open-note.ts'
import { ed25519PublicKey } from './signing-key.ts'
import { ed25519Of, HEAD, newEd25519, newMlDsa44, published } from './testing.ts'
import { createVerifierKey, parseVerifierKey, SIGNATURE_TYPES } from './verifier-key.ts'

const TEXT = formatCheckpoint(HEAD)
const known = createEd25519Signer('log.example/1', newEd25519())
const stranger = createEd25519Signer('other.example', newEd25519())
const SOURCE = Buffer.from(signNote(TEXT, [known, stranger]))

test.for([0x01, 0x20])('a byte changed by %i never opens as another text or another signature', (pattern) => {
  const lineOfStranger = SOURCE.lastIndexOf('— ')
  for (let at = 0; at < SOURCE.length; at++) {
    const changed = Buffer.from(SOURCE)
    changed[at]! ^= pattern
    const opened = openNote(changed, [known.key])
    if (at < lineOfStranger) expect(opened, `byte ${at}`).toBeUndefined()
    if (opened === undefined) continue
    expect(opened).toMatchObject({ text: TEXT, verified: [known.key] })
    expect(parseNote(changed)?.signatures[0]).toEqual(parseNote(SOURCE)?.signatures[0])
  }
})

test('a changed name or signature of an unknown key leaves the note open', () => {
  const renamed = SOURCE.toString().replace('other.example', 'third.example')
  expect(openNote(renamed, [known.key])?.unknown).toMatchObject([{ name: 'third.example' }])
})

test('a note cut anywhere opens only where the line of the unknown key was cut away', () => {
  for (let end = 0; end < SOURCE.length; end++)
    expect(openNote(SOURCE.subarray(0, end), [known.key]) !== undefined).toBe(end === SOURCE.lastIndexOf('— '))
})

test('a note that no known key signed does not open', () => {
  expect(openNote(SOURCE, [])).toBeUndefined()
  expect(openNote(SOURCE, [createEd25519Signer('log.example/1', newEd25519()).key])).toBeUndefined()
})

test('one bad signature of a known key closes the note, whatever else signed it', () => {
  const bad = { ...stranger.sign('another text\n') }
  const source = formatNote({ text: TEXT, signatures: [known.sign(TEXT), bad] })
  expect(openNote(source, [known.key])).toMatchObject({ verified: [known.key], unknown: [bad] })
  expect(openNote(source, [known.key, stranger.key])).toBeUndefined()
})

test('two keys of one name and key hash close the note that carries them', () => {
  const twin = { ...known.key, publicKey: ed25519PublicKey(newEd25519()) }
  expect(openNote(SOURCE, [known.key, twin])).toBeUndefined()
  expect(openNote(SOURCE, [known.key, { ...known.key }])?.verified).toEqual([known.key])
})

test('a key that shares the name alone or the key hash alone is another key', () => {
  const sameName = { ...known.key, keyHash: known.key.keyHash ^ 1 }
  const sameHash = { ...known.key, name: 'twin.example' }
  expect(openNote(SOURCE, [sameName, sameHash])).toBeUndefined()
  expect(openNote(SOURCE, [sameName, sameHash, known.key])?.verified).toEqual([known.key])
})

test('a key that signed twice is told once, and both signatures must verify', () => {
  const { text, signatures } = parseNote(SOURCE)!
  const twice = formatNote({ text, signatures: [signatures[0]!, signatures[0]!] })
  expect(openNote(twice, [known.key])?.verified).toEqual([known.key])
  const broken = formatNote({ text, signatures: [signatures[0]!, { ...signatures[0]!, signature: Uint8Array.of(1) }] })
  expect(openNote(broken, [known.key])).toBeUndefined()
})

test('a signature of one type is none of another, with the same key and name', () => {
  const privateKey = newEd25519()
  const { key } = createCosigner('a.example', privateKey)
  const signature = createEd25519Signer('a.example', privateKey).sign(TEXT)
  expect(key.keyHash).not.toBe(signature.keyHash)
  expect(verifyNoteSignature(TEXT, { ...signature, keyHash: key.keyHash }, key)).toBe(false)
})

test('the log and its witnesses are verified together', () => {
  const witnesses = [createCosigner('w1.example', newEd25519()), createCosigner('w2.example', newMlDsa44())]
  const signatures = [known.sign(TEXT), ...witnesses.map((witness) => witness.cosign(TEXT, 1_700_000_000))]
  const keys = [known.key, ...witnesses.map(({ key }) => key)]
  expect(openNote(formatNote({ text: TEXT, signatures }), keys)).toEqual({ text: TEXT, verified: keys, unknown: [] })
})

test.for([published.signedNote, published.goChecksumDatabase])(
  'the published note of $verifierKey opens',
  (example) => {
    const key = parseVerifierKey(example.verifierKey)!
    const text = example.note.slice(0, example.note.lastIndexOf('\n\n') + 1)
    expect(openNote(example.note, [key])).toEqual({ text, verified: [key], unknown: [] })
    expect(openNote(example.note.replace(/[a-z]/, 'X'), [key])).toBeUndefined()
  },
)

test.for(published.rfc8032)('the signature of RFC 8032 over "$text" is the published one', (vector) => {
  const privateKey = ed25519Of(vector.secretKey)
  expect(Buffer.from(ed25519PublicKey(privateKey)).toString('hex')).toBe(vector.publicKey)
  const signer = createEd25519Signer('a', privateKey)
  const signature = signer.sign(vector.text)
  expect(Buffer.from(signature.signature).toString('hex')).toBe(vector.signature)
  expect(verifyNoteSignature(vector.text, signature, signer.key)).toBe(true)
})

test('a signer is not made of another key or a bad name, and a text without newline is not signed', () => {
  const internal = expect.objectContaining({ code: 'INTERNAL' })
  expect(() => createEd25519Signer('a', newMlDsa44())).toThrow(internal)
  expect(() => createEd25519Signer('a b', newEd25519())).toThrow(internal)
  expect(() => ed25519PublicKey(newMlDsa44())).toThrow(internal)
  expect(() => signNote('text', [known])).toThrow(internal)
  expect(() => signNote('text\n', [])).toThrow(internal)
})

test('the key hash is that of another type when the type is', () => {
  const { publicKey, keyHash } = known.key
  const other = createVerifierKey(known.key.name, SIGNATURE_TYPES.ed25519Cosignature, publicKey)
  expect(other.keyHash).not.toBe(keyHash)
})
