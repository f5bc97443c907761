import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { campaign } from '../../../platform/store/testing.ts'
import { parseVersionFile, toMarkdownFile, type VersionHead } from './markdown-file.ts'

const yaml = createRequire(import.meta.url)('yaml')

const HEAD: VersionHead = {
  id: '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10',
  version: '1.0.0',
  version_reason: null,
  type: 'knowledge',
  title: null,
  author: 'administrator',
  valid_from: '2026-03-01T09:00:00.000Z',
  valid_to: null,
  tags: [],
  category: null,
  licence: 'private',
  licence_terms: null,
  identity: null,
  lane: null,
  fold: null,
  source: null,
  parents: [],
  part_of: null,
  found_by_chunks: false,
  metadata: {},
}

/** No schema of the contract lets a member of this name in. */
const plainJson = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'null',
    'true',
    'no',
    '~',
    '1',
    '0x10',
    '1e5',
    '.inf',
    '12:30',
    '2024-01-01',
    '---',
    '- a',
    'a: b',
    '#',
    '*x',
    '&x',
    '!x',
    '<<',
    '1_000',
    '1.0',
    '+1',
  ),
)

test('what is written is read as it was, by us and by any reader of YAML', () => {
  fc.assert(
    fc.property(
      words,
      fc.array(words, { maxLength: 3 }),
      plainJson,
      fc.string({ unit: 'binary' }),
      (title, tags, value, content) => {
        const metadata = JSON.parse(JSON.stringify({ value }))
        const head: VersionHead = { ...HEAD, title, tags, metadata }
        const file = toMarkdownFile(head, content)
        expect(parseVersionFile(file)).toEqual({ head, content })
        const yamlText = file.slice(4, file.indexOf('\n---\n', 3) + 1)
        expect(yaml.parse(yamlText)).toEqual(JSON.parse(JSON.stringify(head)))
      },
    ),
    { numRuns: campaign(1000, 20_000) },
  )
})

test('YAML as a person writes it is read as well', () => {
  const file = toMarkdownFile(HEAD, 'words')
    .replace('title: null', 'title: My own title\n')
    .replace('tags: []', 'tags:\n  - one\n  - two')
  expect(parseVersionFile(file).head).toMatchObject({ title: 'My own title', tags: ['one', 'two'] })
})

test.for([
  { name: 'no head', text: 'words' },
  { name: 'a head without an end', text: '---\nid: x\n' },
  { name: 'a member that nobody knows', text: toMarkdownFile(HEAD, '').replace('title:', 'titel:') },
  { name: 'a member twice', text: toMarkdownFile(HEAD, '').replace('title: null', 'title: null\ntitle: null') },
])('a file with $name is refused', ({ text }) => {
  expect(() => parseVersionFile(text)).toThrow(/head/)
})
