import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { parseNote } from './note.ts'
import { HEAD, published } from './testing.ts'

const TEXT = formatCheckpoint(HEAD)
const ROOT = TEXT.split('\n')[2]!

test.for([
  { name: 'nothing', text: '' },
  { name: 'two lines', text: 'log.example/1\n7\n' },
  { name: 'no last newline', text: TEXT.slice(0, -1) },
  { name: 'an empty origin', text: TEXT.replace('log.example/1', '') },
  { name: 'an empty extension', text: `${TEXT}\n` },
  { name: 'an empty line before an extension', text: `${TEXT}\nmore\n` },
  { name: 'a leading zero', text: TEXT.replace('\n7\n', '\n07\n') },
  { name: 'a sign', text: TEXT.replace('\n7\n', '\n+7\n') },
  { name: 'a negative size', text: TEXT.replace('\n7\n', '\n-7\n') },
  { name: 'a fraction', text: TEXT.replace('\n7\n', '\n7.0\n') },
  { name: 'an exponent', text: TEXT.replace('\n7\n', '\n1e3\n') },
  { name: 'a size of other digits', text: TEXT.replace('\n7\n', '\n٧\n') },
  { name: 'a size of 2^53', text: TEXT.replace('\n7\n', '\n9007199254740992\n') },
  { name: 'a root of 31 bytes', text: TEXT.replace(ROOT, Buffer.alloc(31).toString('base64')) },
  { name: 'a root of 33 bytes', text: TEXT.replace(ROOT, Buffer.alloc(33).toString('base64')) },
  { name: 'a root with bits left over', text: TEXT.replace('k=\n', 'l=\n') },
  { name: 'a root without padding', text: TEXT.replace('=\n', '\n') },
  { name: 'a carriage return', text: TEXT.replaceAll('\n', '\r\n') },
  { name: 'a lone surrogate', text: TEXT.replace('log', '\udc00') },
])('$name is no checkpoint', ({ text }) => {
  expect(parseCheckpoint(text)).toBeUndefined()
})

test('an origin may hold spaces and plus signs: the rule for names of keys is none for it', () => {
  const origin = 'go.sum database + tree'
  expect(parseCheckpoint(formatCheckpoint({ ...HEAD, origin }))?.origin).toBe(origin)
})

test.for([0, 1, Number.MAX_SAFE_INTEGER])('a size of %i is read again', (size) => {
  expect(parseCheckpoint(formatCheckpoint({ ...HEAD, size }))).toEqual({ ...HEAD, size })
})

test.for([
  { origin: '' },
  { origin: 'a\nb' },
  { origin: 'a\t' },
  { size: -1 },
  { size: 0.5 },
  { size: 2 ** 53 },
  { root: new Uint8Array(31) },
  { extensions: [''] },
  { extensions: ['a\nb'] },
])('a checkpoint with %j is not written', (wrong) => {
  expect(() => formatCheckpoint({ ...HEAD, ...wrong })).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('what is written is read again', () => {
  const line = fc.stringMatching(/^[ -~é—]{1,20}$/u)
  const head = fc.record({
    origin: line,
    size: fc.maxSafeNat(),
    root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    extensions: fc.array(line, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(head, (checkpoint) => {
      expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint)
    }),
  )
})

test.for([
  { source: published.checkpoint, origin: 'example.com/behind-the-sofa', size: 20_852_163 },
  { source: published.goChecksumDatabase.note, origin: 'go.sum database tree', size: 35_225_469 },
])('the published checkpoint of $origin is read and written again', ({ source, origin, size }) => {
  const { text } = parseNote(source)!
  const checkpoint = parseCheckpoint(text)!
  expect(checkpoint).toMatchObject({ origin, size, extensions: [] })
  expect(formatCheckpoint(checkpoint)).toBe(text)
})
