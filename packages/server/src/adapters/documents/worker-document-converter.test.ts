import { afterEach, expect, test } from 'vitest'
import type { ConversionRequest, DocumentConverter } from '../../domain/capsules/import/index.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { openDocumentConverter } from './index.ts'

const FAILING = new URL('./testing/failing-converter.ts', import.meta.url)
const ABSENT = new URL('./there-is-no-such-file.ts', import.meta.url)
const { signal } = new AbortController()

let converter: DocumentConverter
const open = (options?: Parameters<typeof openDocumentConverter>[0]): DocumentConverter => {
  converter = openDocumentConverter(options)
  return converter
}
afterEach(() => converter[Symbol.asyncDispose]())

const request = (text: string): ConversionRequest => ({ path: 'a.html', bytes: Buffer.from(text), format: 'html' })

test.for([
  { word: 'exit', reason: 'its thread ended with code 3' },
  { word: 'throw', reason: 'thrown in the thread' },
  { word: 'fault', reason: 'a fault' },
  { word: 'loop', reason: 'it takes more than 1500 ms' },
  { word: 'objects', reason: 'it takes more than 64 MiB of memory' },
  { word: 'bytes', reason: 'it takes more than 100 MiB of memory' },
])(
  'a document that makes its thread $word fails with the reason, and the next is converted',
  { timeout: 30_000 },
  async ({ word, reason }) => {
    const [timeoutMs, growthMibMax] = [word === 'loop' ? 1500 : 60_000, word === 'bytes' ? 100 : 2000]
    const converter = open({ entry: FAILING, limits: { timeoutMs, heapMibMax: 64, growthMibMax } })
    const [failed, next] = await Promise.allSettled([
      converter.convert(request(word), signal),
      converter.convert(request('next'), signal),
    ])
    expect(failed).toMatchObject({
      reason: { code: 'UNPROCESSABLE', detail: `a.html could not be converted: ${reason}.` },
    })
    expect(next).toEqual({ status: 'fulfilled', value: { text: 'next' } })
  },
)

test('a thread that cannot start fails what it was asked for', async () => {
  expect(await codeOf(() => open({ entry: ABSENT }).convert(request('a'), signal))).toBe('UNPROCESSABLE')
})

test('an import that is stopped does not wait for its document, and others go on', async () => {
  const stop = new AbortController()
  const converter = open({ entry: FAILING })
  const stopped = converter.convert(request('wait'), stop.signal)
  const other = converter.convert(request('other'), signal)
  stop.abort(new Error('stopped'))
  await expect(stopped).rejects.toThrow('stopped')
  expect(await other).toEqual({ text: 'other' })
})

test('once closed nothing is converted, and what waits is told', async () => {
  const converter = open({ entry: FAILING })
  const waiting = codeOf(() => converter.convert(request('wait'), signal))
  await converter[Symbol.asyncDispose]()
  expect(await waiting).toBe('UNAVAILABLE')
  expect(await codeOf(() => converter.convert(request('a'), signal))).toBe('UNAVAILABLE')
})

test('a thread that has rested is ended, and another begins', async () => {
  const converter = open({ entry: FAILING, limits: { idleMs: 0 } })
  expect(await converter.convert(request('a'), signal)).toEqual({ text: 'a' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(await converter.convert(request('b'), signal)).toEqual({ text: 'b' })
})

test('what is given stays as it is: the thread has a copy', async () => {
  const given = request('<p>text')
  expect(await open().convert(given, signal)).toEqual({ text: '---\nformat: "html"\n---\ntext\n' })
  expect(Buffer.from(given.bytes).toString()).toBe('<p>text')
})

test('one thread converts documents of every kind, one after the other', async () => {
  const converter = open()
  const formats = ['html', 'pdf', 'docx', 'pptx', 'xlsx', 'odf', 'epub'] as const
  const asked = formats.map((format) => converter.convert({ ...request('<p>a'), format }, signal))
  expect((await Promise.all(asked)).map((content) => 'text' in content)).toEqual(
    formats.map((format) => format === 'html'),
  )
})
