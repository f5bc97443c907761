import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeOf } from '../../../platform/store/testing.ts'
import { CLIENT_FILE_BYTES_MAX, editText, readClientFile, writeClientFile } from './client-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'cascade-client-'))
const PATH = ['mcpServers', 'cascade'] as const
const ENTRY = { command: '/opt/cascade', args: ['mcp'] }
const edit = (text: string) => editText({ path: 'mcp.json', text }, PATH, ENTRY)
const takeOut = (text: string) => editText({ path: 'mcp.json', text }, PATH, undefined)

test.for([
  { name: 'text', text: 'servers: none' },
  { name: 'JSON that breaks off', text: '{"mcpServers": {' },
  { name: 'a list', text: '[]' },
  { name: 'a list of servers', text: '{"mcpServers": []}' },
  { name: 'text where servers should be', text: '{"mcpServers": "none"}' },
  { name: 'text where ours should be', text: '{"mcpServers": {"cascade": "npx"}}' },
])('$name is refused, and left as it is', async ({ text }) => {
  expect(await codeOf(async () => edit(text))).toBe('UNPROCESSABLE')
  expect(await codeOf(async () => takeOut(text))).toBe('UNPROCESSABLE')
})

test('a file that is too large is no configuration', async () => {
  const path = join(folder, 'large.json')
  writeFileSync(path, '')
  truncateSync(path, CLIENT_FILE_BYTES_MAX + 1)
  expect(await codeOf(async () => readClientFile(path))).toBe('UNPROCESSABLE')
  truncateSync(path, 0)
  expect(readClientFile(path).text).toBe('')
})

test('comments, order, indentation and what others wrote stay', () => {
  const text = `\uFEFF{\r
\t// mine\r
\t"mcpServers": {\r
\t\t"other": { "command": "x" }, /* keep */\r
\t},\r
\t"theme": "dark",\r
}\r
`
  const edited = edit(text)
  for (const line of text.split('\r\n').filter((each) => /mine|other|theme/.test(each))) expect(edited).toContain(line)
  expect(edited).toContain('\r\n\t\t"cascade": {\r\n\t\t\t"command": "/opt/cascade"')
  expect(edit(edited)).toBe(edited)
})

test('an entry that is there keeps what a person added, and gets what is new', () => {
  const text = '{"mcpServers":{"cascade":{"command":"/old","args":[],"env":{"A":"b"},"disabled":true}}}'
  expect(JSON.parse(edit(text)).mcpServers.cascade).toEqual({ ...ENTRY, env: { A: 'b' }, disabled: true })
})

test('what was put in and taken out leaves what was there, whatever that was', () => {
  const servers = fc.dictionary(fc.string(), fc.record({ command: fc.string(), args: fc.array(fc.string()) }))
  fc.assert(
    fc.property(servers, fc.jsonValue(), fc.constantFrom(undefined, 2, 4, '\t'), (mcpServers, other, indent) => {
      const before = { other, mcpServers: { ...mcpServers, zzz: {} } }
      const text = JSON.stringify(before, null, indent)
      const edited = edit(text)
      const parsed = JSON.parse(text)
      expect(JSON.parse(edited)).toEqual({ ...parsed, mcpServers: { ...parsed.mcpServers, cascade: ENTRY } })
      const taken = JSON.parse(takeOut(edited))
      const { cascade: _gone, ...rest } = parsed.mcpServers
      expect(taken).toEqual({ ...parsed, mcpServers: rest })
    }),
  )
})

test('nothing to take out changes nothing', () => {
  for (const text of ['', '{}', '{ "mcpServers": { "other": {} } } // end']) expect(takeOut(text)).toBe(text)
})

test('a file is replaced whole, through links, with its mode, and what it was lies beside it', () => {
  const [real, link] = [join(folder, 'dotfiles.json'), join(folder, 'link.json')]
  writeFileSync(real, '{}')
  chmodSync(real, 0o640)
  symlinkSync(real, link)
  const file = readClientFile(link)
  const backup = writeClientFile(file, editText(file, PATH, ENTRY))
  expect(readFileSync(String(backup), 'utf8')).toBe('{}')
  expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ mcpServers: { cascade: ENTRY } })
  expect(statSync(real).mode & 0o777).toBe(0o640)
  expect(existsSync(`${real}.new`)).toBe(false)
})

test('a new file and its folder are made, for the person alone', () => {
  const file = readClientFile(join(folder, 'new/deep/mcp.json'))
  expect(writeClientFile(file, editText(file, PATH, ENTRY))).toBeNull()
  expect(statSync(file.path).mode & 0o777).toBe(0o600)
})

test('a file that somebody wrote since it was read is left to them', async () => {
  const path = join(folder, 'busy.json')
  writeFileSync(path, '{}')
  const file = readClientFile(path)
  writeFileSync(path, '{"theirs":1}')
  expect(await codeOf(async () => writeClientFile(file, '{}'))).toBe('CONFLICT')
  expect(readFileSync(path, 'utf8')).toBe('{"theirs":1}')
})
