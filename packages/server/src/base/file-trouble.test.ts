import { readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileTrouble, unreadable } from './file-trouble.ts'

function troubleOf(action: () => unknown): string {
  try {
    action()
    return 'none'
  } catch (error) {
    return fileTrouble(error)
  }
}

test('a missing path, a folder in place of a file and a file in place of a folder are told in words', () => {
  expect(troubleOf(() => realpathSync(join(tmpdir(), 'none', 'such')))).toBe('there is nothing at this path')
  expect(troubleOf(() => readFileSync(tmpdir()))).toBe('it is a folder, not a file')
  expect(troubleOf(() => realpathSync(join(import.meta.filename, 'x')))).toBe(
    'a part of this path is a file, not a folder',
  )
})

test.for([
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'the file system is read-only'],
  ['EEXIST', 'there is something at this path already'],
  ['EACCES', 'this user has no right to it'],
])('%s is told as "%s", of reading and of writing', ([code, words]) => {
  expect(fileTrouble(Object.assign(new Error(`${code}: , open`), { code }))).toBe(words)
})

test('a failure without a name keeps its words, and what is no error is told, too', () => {
  expect(fileTrouble(new Error('the disk is on fire'))).toBe('the disk is on fire')
  expect(fileTrouble('odd')).toBe('odd')
})

test('what was named and cannot be read is told with the path, the reason and the cause', () => {
  const cause = Object.assign(new Error('ENOENT: , open'), { code: 'ENOENT' })
  expect(unreadable('notes.md', cause)).toMatchObject({
    ...{ code: 'SOURCE_UNREADABLE', detail: 'notes.md cannot be read: there is nothing at this path.' },
    cause,
  })
})
