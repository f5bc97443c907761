import { afterEach, expect, test } from 'vitest'
import { type DocumentReader, type DocumentRequest, readDocument } from '../../domain/capsules/import/index.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { openDocumentReader } from './index.ts'

const CRASHING = new URL('./testing/crashing-reader.ts', import.meta.url)
const ABSENT = new URL('./there-is-no-such-file.ts', import.meta.url)

let reader: DocumentReader
const open = (options?: Parameters<typeof openDocumentReader>[0]): DocumentReader => {
  reader = openDocumentReader(options)
  return reader
}
afterEach(() => reader[Symbol.asyncDispose]())

const documentOf = (text: string): DocumentRequest => ({
  path: 'guide.md',
  text,
  type: 'knowledge',
  structure: 'markdown',
  tags: ['given'],
})
const LONG = Array.from({ length: 900 }, (_, n) => `## Part ${n}\n\n${`words of part ${n} `.repeat(20)}`).join('\n\n')

test('a thread that dies fails what it was asked for, and the next document gets another', async () => {
  const reader = open({ entry: CRASHING })
  const calls = [reader.read(documentOf(`die ${LONG}`)), reader.read(documentOf(LONG))]
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(outcomes[0]).toMatchObject({ reason: { code: 'UNPROCESSABLE', detail: expect.stringContaining('guide.md') } })
  expect(await reader.read(documentOf(LONG))).toEqual(readDocument(documentOf(LONG)))
})

test('a thread that cannot start leaves short documents readable', async () => {
  const reader = open({ entry: ABSENT })
  expect(await codeOf(() => reader.read(documentOf(LONG)))).toBe('UNPROCESSABLE')
  expect((await reader.read(documentOf('# Short\n\ntext'))).title).toBe('Short')
})

test('once closed nothing is read, and what waits is told', async () => {
  const reader = open()
  const waiting = codeOf(() => reader.read(documentOf(LONG)))
  await reader[Symbol.asyncDispose]()
  expect(await waiting).toBe('UNAVAILABLE')
  expect(await codeOf(() => reader.read(documentOf('short')))).toBe('UNAVAILABLE')
})

test('a long document is what it is when read at once: title, tags, parts, fingerprint and signature', async () => {
  const front = `---\ntitle: A guide\ntags: [own]\n---\n${LONG}`
  const read = await open().read(documentOf(front))
  expect(read).toEqual(readDocument(documentOf(front)))
  expect(read).toMatchObject({ title: 'A guide', tags: ['own', 'given'] })
  expect(read.chunks.length).toBeGreaterThan(50)
})
