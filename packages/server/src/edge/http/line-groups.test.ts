import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type InputLine, LINES_AHEAD_MAX, lineGroups } from './line-groups.ts'

const LIMITS = { lineBytesMax: 1000, idleMs: 5000 }

async function* chunked(bytes: Uint8Array, sizes: Iterable<number>): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

async function all(source: AsyncIterable<Uint8Array>, limits = LIMITS): Promise<InputLine[]> {
  const lines: InputLine[] = []
  for await (const group of lineGroups(source, limits)) {
    expect(group.length).toBeLessThanOrEqual(LINES_AHEAD_MAX)
    lines.push(...group)
  }
  return lines
}

const shown = (lines: readonly InputLine[]) =>
  lines.map(({ line, bytes }) => [line, bytes && Buffer.from(bytes).toString()])

test('a line that is too long is named without being kept, and its neighbours stand', async () => {
  const text = `a\n${'x'.repeat(1001)}\nb\n${'y'.repeat(1000)}`
  expect(shown(await all(chunked(Buffer.from(text), Array(60).fill(17))))).toEqual([
    [1, 'a'],
    [2, undefined],
    [3, 'b'],
    [4, 'y'.repeat(1000)],
  ])
})

test('blank lines count but say nothing; the last line needs no line feed', async () => {
  expect(shown(await all(chunked(Buffer.from('\n \t\r\na\r\n\n\nb'), [])))).toEqual([
    [3, 'a\r'],
    [6, 'b'],
  ])
})

test('an empty input has no groups', async () => {
  expect(await all(chunked(Buffer.alloc(0), []))).toEqual([])
})

test('reading stops while 500 lines wait', async () => {
  let given = 0
  async function* endless() {
    for (; given < 100_000; given++) yield Buffer.from('line\n')
  }
  const groups = lineGroups(endless(), LIMITS)
  await groups.next()
  await new Promise(setImmediate)
  expect(given).toBeLessThan(2 * LINES_AHEAD_MAX + 2)
  await groups.return(undefined)
})

test('an input that stands still ends with REQUEST_TIMEOUT', async () => {
  async function* silent() {
    yield Buffer.from('a\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const groups = lineGroups(silent(), { ...LIMITS, idleMs: 20 })
  expect((await groups.next()).done).toBe(false)
  await expect(groups.next()).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
})

test('what the input throws reaches the reader after the lines before it', async () => {
  async function* broken() {
    yield Buffer.from('a\nb')
    throw new Error('gone')
  }
  const groups = lineGroups(broken(), LIMITS)
  expect(shown((await groups.next()).value ?? [])).toEqual([[1, 'a']])
  await expect(groups.next()).rejects.toThrow('gone')
})

test('lines are the same however the input is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', '', 'é…', ' ', '{"x":1}', 'long'.repeat(20)), { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 }),
      async (texts, sizes) => {
        const expected = texts.flatMap((text, index) => (text.trim() === '' ? [] : [[index + 1, text]]))
        expect(shown(await all(chunked(Buffer.from(texts.join('\n')), sizes)))).toEqual(expected)
      },
    ),
    { numRuns: 60 },
  )
})
