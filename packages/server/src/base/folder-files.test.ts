import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findFilesBelow } from './folder-files.ts'

function folderOf(folders: readonly string[], files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'cascade-below-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const path of folders) mkdirSync(join(root, path), { recursive: true })
  for (const path of files) writeFileSync(join(root, path), '')
  return root
}
const pathsBelow = (root: string, filesMax: number) =>
  findFilesBelow(root, filesMax)
    ?.map(({ path }) => path)
    .sort()

test('as many files as there may be are found at any depth, and with one more none is', () => {
  const root = folderOf(['a/b'], ['x', 'a/y', 'a/b/z'])
  expect(pathsBelow(root, 3)).toEqual(['a/b/z', 'a/y', 'x'])
  expect(pathsBelow(root, 2)).toBeUndefined()
})

test('a tree of folders without files is not walked to its end', () => {
  const root = folderOf(['a/b/c/d'], [])
  expect(pathsBelow(root, 5)).toEqual([])
  expect(pathsBelow(root, 4)).toBeUndefined()
})

test('links that lead round in a circle are told once and followed nowhere', () => {
  const root = folderOf(['a'], ['a/file'])
  symlinkSync(root, join(root, 'a', 'up'), 'junction')
  expect(findFilesBelow(root, 2)).toEqual(
    expect.arrayContaining([
      { path: 'a/file', place: join(root, 'a', 'file'), isPlain: true },
      { path: 'a/up', place: join(root, 'a', 'up'), isPlain: false },
    ]),
  )
})

test('a folder that is not there is an error of the file system', () => {
  expect(() => findFilesBelow(join(folderOf([], []), 'absent'), 1)).toThrow('ENOENT')
})
