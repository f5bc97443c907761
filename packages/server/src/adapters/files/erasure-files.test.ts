import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Erasure } from '@forge-cascade/contract'
import { afterAll, expect, test } from 'vitest'
import { sha256Hex } from '#base'
import { ErasureFolder, KNOWN_FILE } from './erasure-files.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-erasures-'))
let made = 0
afterAll(() => rmSync(root, { recursive: true, force: true }))

const open = () => {
  const folder = join(root, String(++made))
  const [own, keys] = [join(folder, 'erasures'), join(folder, 'keys')]
  return { own, keys, files: new ErasureFolder(own, [keys]) }
}

const entryOf = (last: string) => ({
  erasure: `01900000-0000-7000-8000-00000000000${last}`,
  legalBasis: 'gdpr-17',
  requestedBy: '01900000-0000-7000-8000-0000000000aa',
  at: 1000,
  ids: [`01900000-0000-7000-8000-0000000001${last}0`],
  owner: null,
})

test('nothing is known where there is no list', async () => {
  expect(await open().files.known()).toEqual([])
})

test('what was remembered is known, once, in both places, and to its user alone', async () => {
  const { own, keys, files } = open()
  await files.remember([entryOf('1')])
  await files.remember([entryOf('1'), entryOf('2')])
  expect(await files.known()).toEqual([entryOf('1'), entryOf('2')])
  for (const folder of [own, keys]) {
    expect(readFileSync(join(folder, KNOWN_FILE), 'utf8').trim().split('\n')).toHaveLength(2)
    expect(statSync(join(folder, KNOWN_FILE)).mode & 0o077).toBe(0)
  }
})

test('a list that is left in one place is enough', async () => {
  const { own, keys, files } = open()
  await files.remember([entryOf('1')])
  rmSync(own, { recursive: true })
  expect(await files.known()).toEqual([entryOf('1')])
  await files.remember([entryOf('2')])
  expect(await new ErasureFolder(keys, []).known()).toEqual([entryOf('1'), entryOf('2')])
})

test('a line that a crash cut short counts for nothing, and the next one stands by itself', async () => {
  const { own, files } = open()
  await files.remember([entryOf('1')])
  appendFileSync(join(own, KNOWN_FILE), '{"erasure":"0190')
  expect(await files.known()).toEqual([entryOf('1')])
  await files.remember([entryOf('2')])
  expect(await files.known()).toEqual([entryOf('1'), entryOf('2')])
})

test.for([
  ['no JSON', 'oops\n'],
  ['another shape', '{"erasure":1}\n'],
  ['ids that are none', `${JSON.stringify({ ...entryOf('1'), ids: ['../../etc'] })}\n`],
] as const)('a list with %s is refused: what it names would come back', async ([, text]) => {
  const { own, files } = open()
  await files.remember([entryOf('1')])
  writeFileSync(join(own, KNOWN_FILE), text)
  await expect(files.known()).rejects.toMatchObject({ code: 'DATA_CORRUPT', detail: expect.stringContaining(own) })
})

test('a certificate is a file whose digest is told', async () => {
  const { own, files } = open()
  // A receipt has more members; the folder reads its id alone.
  const receipt = { id: '01900000-0000-7000-8000-000000000001', state: 'completed' } as Erasure
  const { path, sha256 } = await files.certify(receipt)
  expect(path).toBe(join(own, `${receipt.id}.json`))
  expect(sha256Hex(readFileSync(path))).toBe(sha256)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...receipt, certificate: path })
  expect(await files.certify(receipt)).toEqual({ path, sha256 })
})
