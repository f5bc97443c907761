import { expect, test } from 'vitest'
import { CONVERSION_LIMITS } from '../../packages/server/src/adapters/documents/convert/limits.ts'
import { link } from '../../packages/server/src/adapters/documents/convert/markdown-text.ts'
import { DOCUMENT_CHUNKS_MAX, readDocument } from '../../packages/server/src/domain/capsules/import/document.ts'
import {
  ALIASES_MAX,
  LINKS_CHARACTERS_MAX,
  LINKS_MAX,
  readVaultNote,
  TARGET_LENGTH_MAX,
} from '../../packages/server/src/domain/capsules/import/vault-note.ts'
import {
  FRONT_MATTER_CHARS_MAX,
  parseFrontMatter,
  ALIASES_MAX as YAML_ALIASES_MAX,
} from '../../packages/server/src/domain/capsules/text/front-matter.ts'

const many = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join('\n')

test('a document of a chunk too many is cut by length instead', () => {
  const words = 'word '.repeat(180)
  const headings = (count: number) => {
    const text = many(count, (index) => `# Part ${index}\n\n${words}`)
    return readDocument({ path: 'a.md', text, type: 'knowledge', structure: 'markdown', tags: [] }).chunks.map(
      ({ heading }) => heading,
    )
  }
  expect(new Set(headings(DOCUMENT_CHUNKS_MAX)).size).toBe(DOCUMENT_CHUNKS_MAX)
  expect(new Set(headings(DOCUMENT_CHUNKS_MAX + 1))).toEqual(new Set(['']))
}, 30_000)

test('front matter that ends beyond the limit is text', () => {
  const data = (length: number) => {
    const text = `---\na: ${'x'.repeat(length - '---\n'.length - 'a: '.length)}\n---\n`
    return Object.keys(parseFrontMatter(text).data)
  }
  const fits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    .map((less) => FRONT_MATTER_CHARS_MAX - less)
    .find((n) => data(n).length > 0)
  expect(fits).toBeDefined()
  expect(data((fits ?? 0) + 1)).toEqual([])
  expect(data(FRONT_MATTER_CHARS_MAX + 1)).toEqual([])
})

test('front matter in which a value stands once too often is not read', () => {
  const read = (times: number) => parseFrontMatter(`---\na: &a 1\nb: [${'*a,'.repeat(times - 1)}]\n---\n`)
  expect(read(YAML_ALIASES_MAX).data).toHaveProperty('b')
  expect(read(YAML_ALIASES_MAX + 1)).toMatchObject({ data: {}, problem: expect.any(String) })
})

test('of the links of a note the first ones count', () => {
  const links = (count: number) => readVaultNote(many(count, (index) => `[[${index}]]`)).links
  expect([links(LINKS_MAX), links(LINKS_MAX + 1)].map(({ length }) => length)).toEqual([LINKS_MAX, LINKS_MAX])
  expect(links(LINKS_MAX + 1)).not.toContain(String(LINKS_MAX))
})

test('of the links of a note those count whose targets are together short enough', () => {
  const full = many(LINKS_CHARACTERS_MAX / 400, (index) => `[[${String(index).padEnd(400, 'x')}]]`)
  expect(readVaultNote(full).links).toHaveLength(LINKS_CHARACTERS_MAX / 400)
  expect(readVaultNote(`${full}\n[[y]]`).links).not.toContain('y')
})

test('of the other names of a note the first ones count', () => {
  const aliases = (count: number) =>
    readVaultNote(`---\naliases:\n${many(count, (index) => `  - name ${index}`)}\n---\n`).aliases
  expect([aliases(ALIASES_MAX), aliases(ALIASES_MAX + 1)].map(({ length }) => length)).toEqual([
    ALIASES_MAX,
    ALIASES_MAX,
  ])
})

test('a name or a target of a letter too much does not count', () => {
  const read = (length: number) => {
    const name = 'x'.repeat(length)
    const { aliases, links } = readVaultNote(`---\naliases: [${name}]\n---\n[[${name}]] [a](${name})`)
    return aliases.length + links.length
  }
  // The wikilink and the link in Markdown name the same.
  expect([read(TARGET_LENGTH_MAX), read(TARGET_LENGTH_MAX + 1)]).toEqual([2, 0])
})

test('a link whose address has a letter too much is its text', () => {
  const address = (length: number) => 'https://a.example/'.padEnd(length, 'x')
  const { urlLengthMax } = CONVERSION_LIMITS
  expect(link('text', address(urlLengthMax))).toBe(`[text](${address(urlLengthMax)})`)
  expect(link('text', address(urlLengthMax + 1))).toBe('text')
})
