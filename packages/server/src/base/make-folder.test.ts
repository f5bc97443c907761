import { existsSync, mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-folder-'))

test('makes what is missing of a path, with the mode, and leaves what is there', () => {
  expect(makeFolder(join(root, 'a/b/c'), 0o700)).toBe(true)
  expect(statSync(join(root, 'a/b/c')).isDirectory()).toBe(true)
  if (process.platform !== 'win32') expect(statSync(join(root, 'a/b/c')).mode & 0o777).toBe(0o700)
  expect(makeFolder(join(root, 'a/b/c'), 0o755)).toBe(false)
  if (process.platform !== 'win32') expect(statSync(join(root, 'a/b/c')).mode & 0o777).toBe(0o700)
  makeFolder('/')
})

test('takes a link to a folder for one, and refuses a file in the way', () => {
  mkdirSync(join(root, 'real'))
  symlinkSync(join(root, 'real'), join(root, 'link'))
  makeFolder(join(root, 'link/inside'))
  expect(existsSync(join(root, 'real/inside'))).toBe(true)
  writeFileSync(join(root, 'file'), '')
  expect(() => makeFolder(join(root, 'file'))).toThrow(/EEXIST/)
  expect(() => makeFolder(join(root, 'file/below'))).toThrow(/EEXIST/)
})

test.skipIf(process.platform !== 'linux')('comes back where the system makes no folders (Linux: /proc)', () => {
  expect(() => makeFolder('/proc/cascade')).toThrow(/ENOENT/)
  expect(() => makeFolder('/proc/cascade/below')).toThrow(/ENOENT/)
})
