import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { POLICY_LIMITS } from '#policy'
import { readPolicyFiles } from './policy-files.ts'

function folderOf(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-policy-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'sub'))
  for (const name of names) writeFileSync(join(folder, name), name)
  return folder
}

test('policies, a schema and cases are read at any depth; other files and links are not', () => {
  const folder = folderOf(['b.cedar', 'sub/a.cedar', 'x.cedarschema', 'a.test.json', 'a.json', 'notes.md'])
  symlinkSync(join(folder, 'notes.md'), join(folder, 'linked.cedar'))
  const { files, tests } = readPolicyFiles([folder])
  expect(files.map(({ path }) => path)).toEqual(['b.cedar', 'sub/a.cedar', 'x.cedarschema'])
  expect(tests).toEqual([{ path: 'a.test.json', text: 'a.test.json' }])
})

test('more files than a bundle may hold are refused', () => {
  const folder = folderOf(Array.from({ length: POLICY_LIMITS.filesMax + 1 }, (_, at) => `${at}.cedar`))
  expect(() => readPolicyFiles([folder])).toThrow('1001 files, more than 1000')
})

test('more bytes than a bundle may hold are refused before they are read', () => {
  const folder = folderOf(['a.cedar'])
  truncateSync(join(folder, 'a.cedar'), POLICY_LIMITS.bytesMax + 1)
  expect(() => readPolicyFiles([folder])).toThrow(`${POLICY_LIMITS.bytesMax + 1} bytes`)
})

test('two files of one name are no bundle', () => {
  const folder = folderOf(['a.cedar', 'sub/a.cedar'])
  expect(() => readPolicyFiles([join(folder, 'a.cedar'), join(folder, 'sub/a.cedar')])).toThrow(
    'two files named a.cedar',
  )
})
