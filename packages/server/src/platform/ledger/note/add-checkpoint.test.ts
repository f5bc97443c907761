import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts'
import { published } from './testing.ts'

const BODY = published.addCheckpoint.request
const HASH = BODY.split('\n')[1]!

test.for([
  { name: 'nothing', body: '' },
  { name: 'a checkpoint alone', body: published.checkpoint },
  { name: 'no old size', body: BODY.slice(BODY.indexOf('\n') + 1) },
  { name: 'an old size without its word', body: BODY.replace('old ', '') },
  { name: 'a word in capitals', body: BODY.replace('old', 'OLD') },
  { name: 'a leading zero', body: BODY.replace('old ', 'old 0') },
  { name: 'a negative old size', body: BODY.replace('old ', 'old -') },
  { name: 'an old size of 2^53', body: BODY.replace('20852014', '9007199254740992') },
  { name: 'two numbers', body: BODY.replace('20852014', '20852014 1') },
  { name: 'a hash of 31 bytes', body: BODY.replace(HASH, Buffer.alloc(31).toString('base64')) },
  { name: 'a hash without padding', body: BODY.replace(HASH, HASH.slice(0, -1)) },
  { name: '64 hashes', body: BODY.replace(HASH, Array(61).fill(HASH).join('\n')) },
  { name: 'no blank line', body: BODY.replace('\n\n', '\n') },
  { name: 'two blank lines', body: BODY.replace('\n\n', '\n\n\n') },
  { name: 'no signature', body: BODY.slice(0, BODY.lastIndexOf('\n\n') + 2) },
  { name: 'no last newline', body: BODY.slice(0, -1) },
  { name: 'carriage returns', body: BODY.replaceAll('\n', '\r\n') },
])('$name is no request', ({ body }) => {
  expect(parseAddCheckpoint(body)).toBeUndefined()
  expect(parseAddCheckpoint(Buffer.from(body))).toBeUndefined()
})

test('the published request is read and written again', () => {
  const request = parseAddCheckpoint(Buffer.from(BODY))!
  expect(request).toMatchObject({ oldSize: 20_852_014, checkpoint: BODY.slice(BODY.indexOf('\n\n') + 2) })
  expect(request.proof).toHaveLength(4)
  expect(formatAddCheckpoint(request)).toBe(BODY)
})

test('63 hashes are read', () => {
  expect(parseAddCheckpoint(BODY.replace(HASH, Array(60).fill(HASH).join('\n')))?.proof).toHaveLength(63)
})

test('a first request has no proof', () => {
  const body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: published.goChecksumDatabase.note })
  expect(body).toBe(`old 0\n\n${published.goChecksumDatabase.note}`)
})

test.for([{ oldSize: -1 }, { oldSize: 0.5 }, { proof: [new Uint8Array(33)] }, { checkpoint: 'text\n' }])(
  'a request that could not be read is not written (%#)',
  (wrong) => {
    const request = { oldSize: 0, proof: [], checkpoint: published.checkpoint, ...wrong }
    expect(() => formatAddCheckpoint(request)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  },
)

test('what is written is read again', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const law = fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), (oldSize, proof) => {
    const request = { oldSize, proof, checkpoint: published.cosigned.note }
    expect(parseAddCheckpoint(formatAddCheckpoint(request))).toEqual(request)
  })
  fc.assert(law)
})
