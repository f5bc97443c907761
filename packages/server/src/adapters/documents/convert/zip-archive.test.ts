import { expect, test } from 'vitest'
import { makeDocx, makeZip, relations, type ZipFile } from '../testing/make-zip.ts'
import { DAMAGED, paragraph, said, zeros } from '../testing/said.ts'
import { CONVERSION_LIMITS } from './limits.ts'
import { ZipArchive } from './zip-archive.ts'

const MIB = 1024 * 1024
const TOO_LARGE = 'it unpacks to more than 67108864 bytes in one part or 268435456 in all'

test.for([
  { name: 'a part of 65 MiB', files: [{ name: 'word/document.xml', content: zeros(65) }] },
  {
    name: 'a part of 65 MiB that says it is small',
    files: [{ name: 'word/document.xml', content: zeros(65), statedSize: 10 }],
  },
] satisfies { name: string; files: ZipFile[] }[])(
  'an archive that unpacks to $name is not unpacked',
  async ({ files }) => {
    const zip = makeZip([
      { name: '_rels/.rels', content: relations([['a', 'officeDocument', 'word/document.xml']]) },
      ...files,
    ])
    expect(zip.byteLength).toBeLessThan(MIB)
    expect(await said(zip, 'docx')).toBe(TOO_LARGE)
  },
)

test('archives in an archive stay packed, however many', async () => {
  let inner: Uint8Array = makeZip([{ name: 'zeros', content: zeros(8) }])
  for (let depth = 0; depth < 5; depth++) {
    const content = inner
    inner = makeZip(Array.from({ length: 16 }, (_, index) => ({ name: `${index}.zip`, content })))
  }
  expect(await said(makeDocx(paragraph('seen'), [{ name: 'word/media/bomb.zip', content: inner }]), 'docx')).toBe(
    'seen',
  )
})

test('many parts that are small by themselves are counted together', async () => {
  const content = zeros(60)
  const zip = await ZipArchive.open(makeZip(Array.from({ length: 5 }, (_, index) => ({ name: `${index}`, content }))))
  for (const name of ['0', '1', '2', '3']) expect(zip.read(name)?.byteLength).toBe(60 * MIB)
  expect(() => zip.read('4')).toThrow(TOO_LARGE)
})

test('names that lead out of an archive, and names that are there twice, lead nowhere', async () => {
  const zip = makeDocx(paragraph('first'), [
    { name: '../../etc/passwd', content: 'x' },
    { name: '/etc/passwd', content: 'x' },
    { name: 'word/document.xml', content: 'second' },
  ])
  expect(await said(zip, 'docx')).toBe('first')
})

test('more files than are read', async () => {
  const files = Array.from({ length: CONVERSION_LIMITS.zipEntriesMax }, (_, n) => ({
    name: `${n}`,
    content: '',
    stored: true,
  }))
  expect(await said(makeDocx(paragraph('a'), files), 'docx')).toBe('it holds more than 20000 files')
})

test.for([
  { name: 'tells of', count: 0xffff, reason: 'it holds more than 20000 files' },
  { name: 'tells one of', count: 1, reason: 'it is damaged or cut off' },
  { name: 'tells nothing of', count: 0, reason: 'it is damaged or cut off' },
])('a million entries of nothing, which the archive $name', { timeout: 20_000 }, async ({ count, reason }) => {
  const entry = makeZip([{ name: 'a', content: '', stored: true }]).subarray(31, 31 + 47)
  const directory = Buffer.concat(Array.from({ length: 1_000_000 }, () => entry))
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(directory.byteLength, 12)
  end.writeUInt32LE(4, 16)
  expect(await said(Buffer.concat([Buffer.from('PK\u0003\u0004'), directory, end]), 'docx')).toBe(reason)
})

/** Up to ten files, each of which the directory places where the first one is. */
function overlapping(count: number): Buffer {
  const content = paragraph('seen')
  const zip = makeZip(Array.from({ length: count }, (_, index) => ({ name: `${index}`, content })))
  const end = zip.byteLength - 22
  for (let at = zip.readUInt32LE(end + 16); at < end; at += 47) zip.writeUInt32LE(0, at + 42)
  return zip
}

test('files that share their bytes, as in an archive that claims to hold more than it does', async () => {
  expect(await said(overlapping(1), 'docx')).toBe('it is not what its ending says')
  expect(await said(overlapping(10), 'docx')).toBe(DAMAGED)
})

test.for([
  { name: 'bytes after its end', spoil: (zip: Buffer) => Buffer.concat([zip, Buffer.from('more')]) },
  { name: 'a directory that begins elsewhere', spoil: (zip: Buffer) => edited(zip, zip.byteLength - 6, 7) },
  { name: 'another number of files than it tells', spoil: (zip: Buffer) => edited(zip, zip.byteLength - 12, 9) },
  { name: 'a first file that is not where it is said to be', spoil: (zip: Buffer) => edited(zip, 0, 0) },
])('an archive with $name', async ({ spoil }) => {
  expect(await said(spoil(makeDocx(paragraph('seen'))), 'docx')).toMatch(/^it is (?:damaged or cut off|not what)/)
})

/** The same archive in the 64-bit form, as programs write it that do not know how long it will get. */
function toZip64(zip: Buffer): Buffer {
  const end = Buffer.from(zip.subarray(-22))
  const [record, locator] = [Buffer.alloc(56), Buffer.alloc(20)]
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  for (const at of [24, 32]) record.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), at)
  for (const [from, to] of [
    [12, 40],
    [16, 48],
  ] as const)
    record.writeBigUInt64LE(BigInt(end.readUInt32LE(from)), to)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(zip.byteLength - end.byteLength), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([zip.subarray(0, -22), record, locator, end.fill(0xff, 8, 20)])
}

test('an archive in the 64-bit form is read like any other', async () => {
  expect(await said(toZip64(makeDocx(paragraph('seen'))), 'docx')).toBe('seen')
})

function edited(zip: Buffer, at: number, value: number): Buffer {
  zip[at] = value
  return zip
}

test.for([
  { name: 'a checksum that is wrong', file: { statedCrc: 1 }, reason: DAMAGED },
  { name: 'a size that is wrong', file: { statedSize: 10 }, reason: DAMAGED },
  { name: 'a part that is encrypted', file: { flags: 1 }, reason: 'it is encrypted' },
  { name: 'a part that is encrypted well', file: { flags: 0x41 }, reason: 'it is encrypted' },
])('an archive with $name', async ({ file, reason }) => {
  const rels = { name: '_rels/.rels', content: relations([['a', 'officeDocument', 'a.xml']]), ...file }
  expect(await said(makeZip([rels]), 'docx')).toBe(reason)
})
