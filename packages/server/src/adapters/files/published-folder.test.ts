import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEd25519Signer, type StoredCheckpoint, verifyPublished } from '#ledger'
import { formatCheckpoint, signNote } from '../../platform/ledger/note/index.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { codeOf, noteOf } from '../../platform/store/testing.ts'
import { openMemoryStoreUnderTest } from '../memory/testing.ts'
import { createPublishedReader, publishToFolder } from './published-folder.ts'

const ORIGIN = 'log.example/published'
const signer = createEd25519Signer(ORIGIN, newEd25519())
const root = mkdtempSync(join(tmpdir(), 'cascade-published-folder-'))
let made = 0
const folder = (): string => join(root, String(++made))

type Under = Awaited<ReturnType<typeof openMemoryStoreUnderTest>>
let under: Under
let early: StoredCheckpoint
let late: StoredCheckpoint

/** What the log comes to now, signed. */
async function sign({ store }: Under, origin = ORIGIN): Promise<StoredCheckpoint> {
  const head = await store.ledger.grow()
  return { origin, ...head, note: signNote(formatCheckpoint({ origin, ...head, extensions: [] }), [signer]) }
}

beforeAll(async () => {
  under = await openMemoryStoreUnderTest()
  await under.store.append(Array.from({ length: 200 }, () => noteOf()))
  early = await sign(under)
  await under.store.append(Array.from({ length: 400 }, () => noteOf()))
  late = await sign(under)
})
afterAll(async () => {
  await under.store[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const publish = (directory: string, checkpoint = late): Promise<void> =>
  publishToFolder({ ledger: under.store.ledger, checkpoint }, directory)
const verdictOn = (directory: string) => verifyPublished(createPublishedReader(directory), [signer.key])

test('a folder is made, and holds the log and no drafts', async () => {
  const directory = join(folder(), 'of', 'its', 'own')
  await publish(directory)
  expect(await verdictOn(directory)).toMatchObject({ valid: true, size: 600, origin: ORIGIN })
  expect(readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith('.new'))).toEqual([])
})

test('an older publication is brought up to date', async () => {
  const directory = folder()
  await publish(directory, early)
  expect(await verdictOn(directory)).toMatchObject({ valid: true, size: 200 })
  await publish(directory)
  expect(await verdictOn(directory)).toMatchObject({ valid: true, size: 600 })
})

test('one that was cut short is finished', async () => {
  const directory = folder()
  await publish(directory)
  rmSync(join(directory, 'checkpoint'))
  writeFileSync(join(directory, 'checkpoint.new'), 'log.exam')
  expect(await verdictOn(directory)).toMatchObject({
    valid: false,
    reason: 'checkpoint is missing',
    file: 'checkpoint',
  })
  await publish(directory)
  expect(await verdictOn(directory)).toMatchObject({ valid: true })
})

test.for([
  { name: 'a file of something else', path: 'notes.txt', content: 'mine' },
  { name: 'the checkpoint of another log', path: 'checkpoint', content: 'log.example/other\n1\n' },
  { name: 'a checkpoint that is none', path: 'checkpoint', content: '' },
])('a folder with $name is left as it is', async ({ path, content }) => {
  const directory = folder()
  mkdirSync(directory)
  writeFileSync(join(directory, path), content)
  expect(await codeOf(() => publish(directory))).toBe('CONFLICT')
  expect(readdirSync(directory)).toEqual([path])
  expect(readFileSync(join(directory, path), 'utf8')).toBe(content)
})

test('a place where no folder can be is refused', async () => {
  const file = folder()
  writeFileSync(file, '')
  expect(await codeOf(() => publish(join(file, 'log')))).toBe('UNPROCESSABLE')
  expect(await codeOf(() => publish(file))).toBe('UNPROCESSABLE')
})

test('a log that is not what was signed gets no checkpoint', async () => {
  const directory = folder()
  expect(await codeOf(() => publish(directory, { ...late, root: early.root }))).toBe('DATA_CORRUPT')
  expect(readdirSync(directory)).toEqual(['tile'])
  expect(await codeOf(() => publish(folder(), { ...late, size: 601 }))).toBe('DATA_CORRUPT')
})

test('an empty log is a checkpoint', async () => {
  const empty = await openMemoryStoreUnderTest()
  const directory = folder()
  await publishToFolder({ ledger: empty.store.ledger, checkpoint: await sign(empty) }, directory)
  expect(readdirSync(directory)).toEqual(['checkpoint'])
  expect(await verdictOn(directory)).toMatchObject({ valid: true, size: 0, checkedTo: -1 })
  await empty.store[Symbol.asyncDispose]()
})

test('a file that is longer than any is damage, and is not read to its end', async () => {
  const directory = folder()
  await publish(directory)
  truncateSync(join(directory, 'tile/0/001'), 2 ** 40)
  expect(await verdictOn(directory)).toMatchObject({ valid: false, file: 'tile/0/001', firstBad: 256 })
})

test('a folder in the place of a file is as if there were none', async () => {
  const directory = folder()
  await publish(directory)
  rmSync(join(directory, 'tile/0/001'))
  mkdirSync(join(directory, 'tile/0/001'))
  expect(await verdictOn(directory)).toMatchObject({ valid: false, reason: 'tile/0/001 is missing' })
})
