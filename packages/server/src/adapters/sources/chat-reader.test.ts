import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { codeOf } from '../../platform/store/testing.ts'
import { openRecordFiles, RECORD_BYTES_MAX } from './chat-files.ts'
import { ELEMENT_BYTES_MAX, type RecordItem, type RecordKind, readRecords } from './chat-reader.ts'
import { claudeConversation } from './testing/chat-exports.ts'

function fileOf(name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cascade-chats-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function readAll(path: string, kind: RecordKind = 'claude'): Promise<readonly RecordItem[]> {
  const items: RecordItem[] = []
  for await (const batch of readRecords(kind, path)) items.push(...batch.items)
  return items
}

test('a conversation of a byte too much is passed over, and the next one read', async () => {
  const padded = (bytes: number): string => {
    const short = JSON.stringify({ ...claudeConversation('a', ['hello']), padding: '' })
    return short.replace('"padding":""', `"padding":"${'x'.repeat(bytes - short.length)}"`)
  }
  const next = JSON.stringify(claudeConversation('b', ['there']))
  const fits = await readAll(fileOf('c.json', `[${padded(ELEMENT_BYTES_MAX)},${next}]`))
  expect(fits.map(({ kind }) => kind)).toEqual(['line', 'line'])
  const beyond = await readAll(fileOf('c.json', `[${padded(ELEMENT_BYTES_MAX + 1)},${next}]`))
  expect(beyond).toMatchObject([
    { kind: 'skipped', path: 'c.json:1', reason: 'it has 33554433 bytes; at most 33554432 are read' },
    { kind: 'line', path: 'b#0' },
  ])
})

test('files of more bytes than are read are refused before anything of them is', async () => {
  const path = fileOf('c.json', '[]')
  truncateSync(path, RECORD_BYTES_MAX + 1)
  expect(await codeOf(() => openRecordFiles(path))).toBe('SOURCE_UNREADABLE')
  truncateSync(path, RECORD_BYTES_MAX)
  await using found = await openRecordFiles(path)
  expect(found.files).toHaveLength(1)
})

test.for([65, 100_000])('a record %i levels deep spoils itself and none beside it', async (levels) => {
  const deep = `{"text":"x","a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
  const items = await readAll(fileOf('c.json', `[{"text":"before"},${deep},{"text":"after"}]`), 'json')
  expect(items).toMatchObject([
    { kind: 'line' },
    { kind: 'skipped', path: 'c.json:2', reason: 'its lists and objects are more than 64 deep in one another' },
    { kind: 'line' },
  ])
})
