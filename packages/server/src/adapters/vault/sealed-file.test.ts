import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import { CHUNK_BYTES_MAX, readHeader, type SealedHeader, SealedReader, sealFile, unsealFile } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'sealed-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const HEADER: SealedHeader = {
  kind: 'backup',
  id: '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10',
  keyId: '01936b2a-4c1e-7d3b-8f00-5a6b7c8d9e11',
  keys: '/srv/keys',
  madeAt: '2026-03-01T09:00:00.000Z',
  sequence: 7,
}
const KEY = randomBytes(32)
let made = 0

function seal(plain: Uint8Array, header = HEADER): string {
  const folder = join(root, String(++made))
  mkdirSync(folder)
  writeFileSync(join(folder, 'plain'), plain)
  return sealFile(join(folder, 'plain'), join(folder, 'sealed'), { header, key: KEY }).path
}

function unseal(path: string, key: Uint8Array = KEY): Buffer {
  using reader = new SealedReader(path)
  unsealFile(reader, key, `${path}.opened`)
  return readFileSync(`${path}.opened`)
}

const refusal = (work: () => unknown): string => {
  try {
    work()
    return 'nothing was refused'
  } catch (error) {
    return isCascadeError(error) ? error.code : String(error)
  }
}

/** More than two chunks; the last is short. */
const LARGE = Buffer.concat([randomBytes(CHUNK_BYTES_MAX), Buffer.alloc(CHUNK_BYTES_MAX, 'apple '), randomBytes(99)])

describe('a sealed file', () => {
  test.for([
    { name: 'with another key', open: (path: string) => unseal(path, randomBytes(32)) },
    { name: 'that is cut between its parts', open: (path: string) => cutLastPart(path) },
    { name: 'whose parts were exchanged', open: exchangeParts },
    {
      name: 'under the header of another one',
      open: (path: string) => transplantHeader(path, seal(LARGE, { ...HEADER, sequence: 8 })),
    },
    { name: 'that is empty', open: (path: string) => unseal(overwrite(path, Buffer.alloc(0))) },
    { name: 'that is something else', open: (path: string) => unseal(overwrite(path, Buffer.alloc(4096, 'hello '))) },
  ])('is not opened $name', ({ open }) => {
    expect(refusal(() => open(seal(LARGE)))).toBe('BACKUP_INVALID')
  })

  test('gives no byte out of a file with a bit flipped anywhere, or cut anywhere', () => {
    const path = seal(LARGE)
    const whole = readFileSync(path)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), fc.boolean(), (at, bit, isCut) => {
        const spoilt = isCut ? whole.subarray(0, at) : Buffer.from(whole)
        if (!isCut) spoilt[at] = spoilt[at]! ^ (1 << bit)
        expect(refusal(() => unseal(overwrite(`${path}.spoilt`, spoilt)))).toBe('BACKUP_INVALID')
      }),
      { numRuns: 60 },
    )
  })

  test('opens into what was sealed, whatever its length', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, CHUNK_BYTES_MAX - 1, CHUNK_BYTES_MAX, CHUNK_BYTES_MAX + 1, 2 * CHUNK_BYTES_MAX),
        fc.boolean(),
        (length, isRandom) => {
          const plain = isRandom ? randomBytes(length) : Buffer.alloc(length, 'x')
          expect(unseal(seal(plain)).equals(plain)).toBe(true)
        },
      ),
      { numRuns: 12 },
    )
  })

  test('shows its header and nothing of its content, and is its user’s alone', () => {
    const path = seal(Buffer.from('Travel expenses are paid within 14 days. '.repeat(100)))
    expect(readHeader(path)).toEqual(HEADER)
    expect(readFileSync(path).includes('Travel')).toBe(false)
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(path, '..')).filter((name) => name.endsWith('.partial'))).toEqual([])
  })
})

function overwrite(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes)
  return path
}

/** Where each part begins, the header first. */
function partsOf(bytes: Buffer): Buffer[] {
  const start = 13 + bytes.readUInt32BE(9)
  const parts = [bytes.subarray(0, start)]
  for (let at = start; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    parts.push(bytes.subarray(at, end))
    at = end
  }
  return parts
}

const cutLastPart = (path: string): Buffer =>
  unseal(overwrite(path, Buffer.concat(partsOf(readFileSync(path)).slice(0, -1))))

function exchangeParts(path: string): Buffer {
  const [header, first, second, ...rest] = partsOf(readFileSync(path))
  return unseal(overwrite(path, Buffer.concat([header!, second!, first!, ...rest])))
}

function transplantHeader(path: string, other: string): Buffer {
  const [header] = partsOf(readFileSync(other))
  return unseal(overwrite(path, Buffer.concat([header!, ...partsOf(readFileSync(path)).slice(1)])))
}
