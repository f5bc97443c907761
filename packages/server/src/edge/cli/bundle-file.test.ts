import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openBundle } from './bundle-file.ts'

const BOUNDS = { filesMax: 3, bytesMax: 10 }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = newFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test('a folder with as much as a bundle holds is read, with all that lies in its folders', () => {
  const opened = openBundle(folderOf({ a: '12345', 'b/c': '', 'b/d/e': '67890' }), BOUNDS)
  const files = opened.ok ? [...opened.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]) : []
  expect(files.sort()).toEqual([
    ['a', '12345'],
    ['b/c', ''],
    ['b/d/e', '67890'],
  ])
})

test.for<{ readonly what: string; readonly files: Readonly<Record<string, string>>; readonly reason: string }>([
  { what: 'a file too many', files: { a: '', b: '', 'c/d': '', 'c/e': '' }, reason: 'more than 3 files or folders' },
  { what: 'a byte too much', files: { a: '123456', b: '78901' }, reason: 'larger than 10 bytes' },
])('a folder with $what is no bundle', ({ files, reason }) => {
  expect(openBundle(folderOf(files), BOUNDS)).toEqual({ ok: false, reason: expect.stringContaining(reason) })
})

test('a tree of folders is not walked to its end', () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'a/b/c/d'), { recursive: true })
  expect(openBundle(folder, BOUNDS)).toMatchObject({ ok: false, reason: 'it holds more than 3 files or folders' })
})

test('a link is followed nowhere', () => {
  const folder = folderOf({ 'a/b': '' })
  symlinkSync(tmpdir(), join(folder, 'a/link'), 'junction')
  expect(openBundle(folder, BOUNDS)).toEqual({ ok: false, path: 'a/link', reason: 'it is no plain file' })
})
