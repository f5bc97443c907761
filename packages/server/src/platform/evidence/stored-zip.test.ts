import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { makeZip } from '../../adapters/documents/testing/make-zip.ts'
import { isZipPath, readZip, ZipWriter } from './stored-zip.ts'
import { zipOf } from './testing.ts'

const FILES = [
  { path: 'entries/0.json', bytes: Buffer.from('{"index":0}') },
  { path: 'empty', bytes: Buffer.alloc(0) },
  { path: 'README.md', bytes: Buffer.from('ä'.repeat(9)) },
]
const ARCHIVE = zipOf(FILES)

test.for([0x01, 0x20, 0x80, 0xff])('no byte of an archive can be another (pattern %i)', (pattern) => {
  const accepted = ARCHIVE.keys().filter((at) => readZip(ARCHIVE.with(at, ARCHIVE[at]! ^ pattern)).ok)
  expect([...accepted]).toEqual([])
})

test('an archive that was cut off, or that something follows, is refused', () => {
  for (let length = 0; length < ARCHIVE.length; length++) expect(readZip(ARCHIVE.subarray(0, length)).ok).toBe(false)
  expect(readZip(Buffer.concat([ARCHIVE, Buffer.of(0)])).ok).toBe(false)
  expect(readZip(Buffer.concat([Buffer.of(0), ARCHIVE])).ok).toBe(false)
  expect(readZip(Buffer.concat([ARCHIVE, ARCHIVE])).ok).toBe(false)
})

test.for([
  { name: 'a path that climbs out', path: '../outside' },
  { name: 'a path that climbs out from within', path: 'entries/../../outside' },
  { name: 'a path from the top', path: '/etc/passwd' },
  { name: 'a drive', path: 'C:/outside' },
  { name: 'a backslash', path: 'entries\\0.json' },
  { name: 'a folder', path: 'entries/' },
  { name: 'a hidden file', path: '.profile' },
  { name: 'a name that is no ASCII', path: 'entries/ä.json' },
  { name: 'a newline', path: 'a\nb' },
  { name: 'a zero byte', path: 'a\0b' },
  { name: 'no name', path: '' },
  { name: 'a name of 101 letters', path: 'a'.repeat(101) },
])('$name is no path of a bundle', ({ path }) => {
  expect(isZipPath(path)).toBe(false)
  expect(readZip(makeZip([{ name: path, content: 'x', stored: true }])).ok).toBe(false)
  expect(() => new ZipWriter().add({ path, bytes: Buffer.alloc(0) })).toThrow(RangeError)
})

test('what other programs make of the same files is refused, with what to do', () => {
  const archive = zipOf([{ path: 'notes.txt', bytes: Buffer.from('x') }])
  const text = archive.toString('latin1')
  // A folder of its own, another version of the format, and a directory that has a comment.
  const folder = Buffer.from(text.replaceAll('notes.txt', 'notes123/'), 'latin1')
  const version = Buffer.from(archive)
  version.writeUInt16LE(20, 4)
  const comment = Buffer.concat([archive, Buffer.from('made by zip')])
  for (const packed of [folder, version, comment])
    expect(readZip(packed)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('unpack it and verify the folder'),
    })
})

test('a name that is no UTF-8 is refused', () => {
  const archive = zipOf([{ path: 'abc', bytes: Buffer.from('x') }])
  for (const at of archive.keys().filter((place) => archive.toString('latin1', place, place + 3) === 'abc'))
    archive[at] = 0xff
  expect(readZip(archive)).toMatchObject({ ok: false, reason: 'a path that follows is none that a bundle has' })
})

test('what other programs pack is refused, for it can say two things', () => {
  const bomb = makeZip([{ name: 'a', content: Buffer.alloc(1_000_000) }])
  const stated = makeZip([{ name: 'a', content: 'x', stored: true, statedSize: 0xffff_fffe }])
  const encrypted = makeZip([{ name: 'a', content: 'x', stored: true, flags: 1 }])
  for (const archive of [bomb, stated, encrypted, makeZip([]), makeZip([{ name: 'a', content: 'x', stored: true }])])
    expect(readZip(archive).ok).toBe(false)
})

test('a file that is there twice is refused by name', () => {
  expect(readZip(zipOf([FILES[0]!, FILES[0]!]))).toEqual({
    ok: false,
    path: 'entries/0.json',
    reason: 'it is there twice',
  })
})

test('bytes that are none of ours never make it throw', () => {
  const begins = fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([ARCHIVE.subarray(0, 41), tail]))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), begins), (bytes) => {
      expect(readZip(bytes).ok).toBe(false)
    }),
  )
})

test('what is written is read again, and the same files are the same bytes', () => {
  const path = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}(?:\/[a-z0-9]{1,8}){0,2}$/).filter(isZipPath)
  const file = fc.record({ path, bytes: fc.uint8Array({ maxLength: 40 }) })
  const files = fc.uniqueArray(file, { selector: (each) => each.path, minLength: 1, maxLength: 8 })
  const law = fc.property(files, (given) => {
    const archive = zipOf(given)
    const read = readZip(archive)
    expect(read.ok && [...read.files].map(([name, bytes]) => ({ path: name, bytes: Uint8Array.from(bytes) }))).toEqual(
      given,
    )
    expect(zipOf(given)).toEqual(archive)
  })
  fc.assert(law)
})

test('other readers find the same files in it', async () => {
  const found = new Map<string, string>()
  const zip = await fromBufferPromise(ARCHIVE)
  for await (const entry of zip.eachEntry()) found.set(entry.fileName, `${entry.uncompressedSize} ${entry.crc32}`)
  expect([...found.keys()]).toEqual(FILES.map(({ path }) => path))
})

const NO_UNZIP = spawnSync('unzip', ['-v']).error ? 'unzip is not on this machine' : undefined

test.skipIf(NO_UNZIP)(`unzip tests it without a complaint (${NO_UNZIP ?? 'Info-ZIP'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-zip-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'a.zip'), ARCHIVE)
  expect(execFileSync('unzip', ['-tq', join(folder, 'a.zip')], { encoding: 'utf8' })).toContain('No errors detected')
})
