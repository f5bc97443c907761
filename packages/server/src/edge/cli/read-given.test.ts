import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { GIVEN_FILE_BYTES_MAX, parseGivenJson, readGiven } from './read-given.ts'

const newFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-given-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'given')
  writeFileSync(path, text)
  return path
}

test('a file of a byte too much is not what a command takes, and one byte less is read', () => {
  const path = newFile('')
  truncateSync(path, GIVEN_FILE_BYTES_MAX)
  expect(readGiven(path).length).toBe(GIVEN_FILE_BYTES_MAX)
  truncateSync(path, GIVEN_FILE_BYTES_MAX + 1)
  expect(() => readGiven(path)).toThrow(`${path} is not read: it is larger than ${GIVEN_FILE_BYTES_MAX} bytes`)
})

test('what never ends is given up', (context) => {
  if (process.platform === 'win32') context.skip('there is no such device')
  expect(() => readGiven('/dev/zero')).toThrow('/dev/zero is not read: it is larger than')
})

test.for(['', 'ä', 'ü'.repeat(100_000)])('a text is what was written, whole letters', (text) => {
  expect(readGiven(newFile(text))).toBe(text)
})

test('a folder is no file', () => {
  expect(() => readGiven(tmpdir())).toThrow('cannot be read: it is a folder, not a file')
})

test.for(['', '{', '{"a": 1} x'])('%j is no JSON, and the file and the place are told', (text) => {
  expect(() => parseGivenJson('r.json', text)).toThrow(/^VALIDATION_FAILED: r\.json is no JSON: .+\.$/)
})

test('JSON of a file is what was written', () => {
  expect(parseGivenJson('r.json', ' {"a": [1]}\n')).toEqual({ a: [1] })
})
