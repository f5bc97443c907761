import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNote, formatNoteSignature, type Note, parseNote } from './note.ts'
import { published } from './testing.ts'

const LINE = '— a.example AAAAAQI=\n'
const SOURCE = `text\n\n${LINE}`

test('the smallest note is one line, a blank one and a signature of one byte', () => {
  const signature = { name: 'a.example', keyHash: 1, signature: Uint8Array.of(2) }
  expect(parseNote(SOURCE)).toEqual({ text: 'text\n', signatures: [signature] })
})

test.for([
  { name: 'nothing', source: '' },
  { name: 'a text alone', source: 'text\n' },
  { name: 'no blank line', source: `text\n${LINE}` },
  { name: 'no text', source: `\n${LINE}` },
  { name: 'no signature', source: 'text\n\n' },
  { name: 'two blank lines and no signature', source: 'text\n\n\n' },
  { name: 'no last newline', source: SOURCE.slice(0, -1) },
  { name: 'a line behind the signatures', source: `${SOURCE}more\n` },
  { name: 'a blank line behind the signatures', source: `${SOURCE}\n` },
  { name: 'a hyphen for the dash', source: SOURCE.replace('—', '-') },
  { name: 'no space behind the dash', source: SOURCE.replace('— ', '—') },
  { name: 'an empty name', source: SOURCE.replace('a.example', '') },
  { name: 'a plus sign in the name', source: SOURCE.replace('a.example', 'a+b') },
  { name: 'a no-break space in the name', source: SOURCE.replace('a.example', 'a\u00a0b') },
  { name: 'an ideographic space in the name', source: SOURCE.replace('a.example', 'a\u3000b') },
  { name: 'a name of two words', source: SOURCE.replace('a.example', 'a b') },
  { name: 'a space behind the signature', source: SOURCE.replace('=\n', '= \n') },
  { name: 'Base64 without padding', source: SOURCE.replace('AAAAAQI=', 'AAAAAQI') },
  { name: 'Base64 with bits left over', source: SOURCE.replace('AAAAAQI=', 'AAAAAQJ=') },
  { name: 'Base64 of another alphabet', source: SOURCE.replace('AAAAAQI=', 'AAAA-_I=') },
  { name: 'no Base64', source: SOURCE.replace('AAAAAQI=', '') },
  { name: 'a key hash and no signature', source: SOURCE.replace('AAAAAQI=', 'AAAAAQ==') },
  { name: 'a carriage return', source: SOURCE.replace('text', 'text\r') },
  { name: 'a tab', source: SOURCE.replace('text', 'te\txt') },
  { name: 'a zero byte', source: SOURCE.replace('text', 'te\0xt') },
  { name: 'a lone surrogate', source: SOURCE.replace('text', '\ud800') },
  { name: '101 signatures', source: `text\n\n${LINE.repeat(101)}` },
  { name: 'more than 1,000,000 bytes', source: `${'x'.repeat(1_000_000)}${SOURCE}` },
  { name: 'fewer units than 1,000,000 but more bytes', source: `${'é'.repeat(600_000)}${SOURCE}` },
])('$name is no note', ({ source }) => {
  expect(parseNote(source)).toBeUndefined()
  if (source.isWellFormed()) expect(parseNote(Buffer.from(source))).toBeUndefined()
})

test('bytes that are no UTF-8 are no note', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x80]])
    expect(parseNote(Buffer.concat([Uint8Array.from(bytes), Buffer.from(SOURCE)]))).toBeUndefined()
})

test('100 signatures and 1,000,000 bytes are still a note', () => {
  expect(parseNote(`text\n\n${LINE.repeat(100)}`)?.signatures).toHaveLength(100)
  const rest = Buffer.byteLength(SOURCE)
  expect(parseNote(`${'x'.repeat(1_000_000 - rest)}${SOURCE}`)?.text).toHaveLength(1_000_000 - rest + 5)
})

test('a byte order mark is part of the text, from bytes as from a string', () => {
  expect(parseNote(`\ufeff${SOURCE}`)?.text).toBe('\ufefftext\n')
  expect(parseNote(Buffer.from(`\ufeff${SOURCE}`))?.text).toBe('\ufefftext\n')
})

test('the last blank line parts text and signatures', () => {
  const inner = `${SOURCE}\n\n`
  expect(parseNote(`${inner}\n${LINE}`)?.text).toBe(inner)
})

test.for<{ name: string; note: Note }>([
  { name: 'no signature', note: { text: 'x\n', signatures: [] } },
  { name: 'no newline', note: { text: 'x', signatures: [{ name: 'a', keyHash: 1, signature: Uint8Array.of(1) }] } },
  { name: 'a tab', note: { text: '\t\n', signatures: [{ name: 'a', keyHash: 1, signature: Uint8Array.of(1) }] } },
  { name: 'a bad name', note: { text: 'x\n', signatures: [{ name: 'a b', keyHash: 1, signature: Uint8Array.of(1) }] } },
  {
    name: 'a negative hash',
    note: { text: 'x\n', signatures: [{ name: 'a', keyHash: -1, signature: Uint8Array.of(1) }] },
  },
  { name: 'no bytes', note: { text: 'x\n', signatures: [{ name: 'a', keyHash: 1, signature: new Uint8Array() }] } },
])('a note with $name is not written', ({ note }) => {
  expect(() => formatNote(note)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('what is written is read again, from a string and from bytes', () => {
  const name = fc.stringMatching(/^[a-zé./—]{1,20}$/u)
  const signature = fc.record({
    name,
    keyHash: fc.integer({ min: 0, max: 0xffff_ffff }),
    signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
  })
  const lines = fc.array(fc.stringMatching(/^[ -~é—]{0,20}$/u), { maxLength: 5 })
  const law = fc.property(lines, fc.array(signature, { minLength: 1, maxLength: 5 }), (words, signatures) => {
    const note = { text: `${words.join('\n')}\n`, signatures }
    const source = formatNote(note)
    expect(parseNote(source)).toEqual(note)
    expect(parseNote(Buffer.from(source))).toEqual(note)
  })
  fc.assert(law)
})

test('whatever is read as a note is written as the same bytes', () => {
  const pieces = fc.constantFrom('a', '\n', '\n\n', '— ', ' ', 'AAAAAQI=', 'AAAAAQ==', '+', LINE, SOURCE)
  const law = fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
    const source = parts.join('')
    const note = parseNote(source)
    if (note) expect(formatNote(note)).toBe(source)
  })
  fc.assert(law, { numRuns: 1000 })
})

test('the answer of a witness under a checkpoint is a note with its cosignatures', () => {
  const { response } = published.addCheckpoint
  const note = parseNote(published.checkpoint + response)
  expect(note?.signatures).toHaveLength(4)
  expect(note?.signatures.slice(1).map(formatNoteSignature).join('')).toBe(response)
})
