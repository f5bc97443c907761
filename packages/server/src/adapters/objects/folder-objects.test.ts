import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeObjectStore } from '../../platform/archive/object-store.contract.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { FolderObjects } from './folder-objects.ts'

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cascade-objects-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

describeObjectStore('a folder', async () => new FolderObjects(join(makeDirectory(), 'archives'), true))

test('its files are read by their user alone, and what was not finished is no object', async () => {
  const directory = join(makeDirectory(), 'archives')
  const store = new FolderObjects(directory, true)
  await store.put('object', Uint8Array.of(1))
  writeFileSync(join(directory, 'half~'), 'x')
  writeFileSync(join(directory, '.hidden'), 'x')
  expect(await store.list()).toEqual(['object'])
  expect(readdirSync(directory).toSorted()).toEqual(['.hidden', 'half~', 'object'])
  expect([directory, join(directory, 'object')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600])
})

test('a folder that may be a mount is not made, and nothing in it counts as gone', async () => {
  const away = new FolderObjects(join(makeDirectory(), 'away'), false)
  expect(await codeOf(() => away.put('object', Uint8Array.of(1)))).toBe('UNAVAILABLE')
  expect(await codeOf(() => away.get('object'))).toBe('UNAVAILABLE')
  expect(await codeOf(() => away.delete('object'))).toBe('UNAVAILABLE')
  expect(await codeOf(() => away.list())).toBe('UNAVAILABLE')
})

test('a file where the folder should be is told of', async () => {
  const path = join(makeDirectory(), 'file')
  writeFileSync(path, 'x')
  expect(await codeOf(() => new FolderObjects(path, true).put('object', Uint8Array.of(1)))).toBe('UNAVAILABLE')
})
