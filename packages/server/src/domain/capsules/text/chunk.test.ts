import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Chunk, chunkDocument, type DocumentKind } from './chunk.ts'

const words = (count: number, word = 'word'): string =>
  Array.from({ length: count }, (_, index) => `${word}${index}${index % 12 === 11 ? '.' : ''}`).join(' ')
const places = (chunks: readonly Chunk[]): string[] => chunks.map(({ place }) => place)

/** The law: in order, without overlap, every character that is not white space in exactly one chunk, places unique. */
function expectTiling(text: string, chunks: readonly Chunk[]): void {
  let last = 0
  for (const { start, end, text: own } of chunks) {
    // One check of all for each chunk: hostile documents have thousands.
    const holds = start >= last && own === text.slice(start, end) && own.trim() !== ''
    if (!holds || text.slice(last, start).trim() !== '') expect({ start, end, own, last }).toBe('a chunk of a tiling')
    last = end
  }
  expect(text.slice(last).trim()).toBe('')
  expect(new Set(places(chunks)).size).toBe(chunks.length)
}

const line = fc.constantFrom(
  '# A',
  '## B',
  '## B (2)',
  '### C/D',
  'Title',
  '===',
  'text. More text',
  '- item',
  '  - nested',
  '```js',
  '```',
  '> quote',
  '| a | b |',
  '|---|---|',
  '',
  '    code',
  '<div>',
  '---',
  'a: 1',
  'def f():',
  '  return 1',
  'export function g() {',
  '}',
  '// note',
  'class X:',
  '\ud800',
  '机构😀',
)
const kind = fc.constantFrom<DocumentKind>('markdown', 'text', 'code')

test('any document of any kind is tiled', () => {
  const document = fc.tuple(fc.array(line, { maxLength: 60 }), fc.constantFrom('\n', '\r\n', '\r'))
  fc.assert(
    fc.property(document, kind, fc.integer({ min: 1, max: 40 }), ([lines, ending], kind, wordsTarget) => {
      const text = lines.join(ending)
      expectTiling(text, chunkDocument(text, kind, { wordsTarget, wordsMax: wordsTarget + 5 }))
    }),
  )
})

const hostile = [
  '#',
  '`',
  '>',
  '> ',
  '- ',
  '1. ',
  '[',
  '|',
  '<!--',
  '\t',
  '\\',
  '# a\n',
  '- a\n',
  '```\n',
  'a|b\n-|-\n',
  '\r',
  '😀',
  'x',
  ' ',
  '\0',
]

test.for(hostile)('64 KiB of %j are cut to bounded pieces in every kind', (unit) => {
  const text = unit.repeat(65_536 / unit.length)
  for (const kind of ['markdown', 'text', 'code'] as const) {
    const chunks = chunkDocument(text, kind)
    expectTiling(text, chunks)
    expect(Math.max(0, ...chunks.map(({ end, start }) => end - start))).toBeLessThanOrEqual(4_000)
  }
})

test('nesting without end and a whole megabyte on one line are taken', () => {
  const quotes = Array.from({ length: 900 }, (_, depth) => `${'>'.repeat(depth)} a`).join('\n')
  expectTiling(quotes, chunkDocument(quotes, 'markdown'))
  const long = 'word '.repeat(209_715)
  expectTiling(long, chunkDocument(long, 'markdown'))
})

test.for(['', ' \r\n\t', '\ufeff'])('a blank document %j has no chunks', (text) => {
  for (const kind of ['markdown', 'text', 'code'] as const) expect(chunkDocument(text, kind)).toEqual([])
})

test('long sections stand alone under their heading path, a bare title opens the first', () => {
  const text = `# Guide\n\n## Install\n\n${words(290)}\n\n## Use\n\n${words(250)}\n\n### Daily\n\n${words(280)}\n`
  expect(places(chunkDocument(text, 'markdown'))).toEqual([
    '# Guide/## Install',
    '# Guide/## Use',
    '# Guide/## Use/### Daily',
  ])
})

test('small sections under one parent are joined, those of another parent are not', () => {
  const text = `# A\n${words(160)}\n## a1\n${words(250)}\n## a2\nfew\n### deep\nfew\n# B\nfew\n## b1\nfew`
  expect(places(chunkDocument(text, 'markdown'))).toEqual(['# A', '# A/## a1', '# B'])
})

test('repeated headings and parts of a long section get ordinals that no heading has', () => {
  const text = `# Same\n${words(250)}\n# Same (2)\n${words(250)}\n# Same\n${words(250)}`
  expect(places(chunkDocument(text, 'markdown'))).toEqual(['# Same', '# Same (2)', '# Same (3)'])
})

test('places stay when a section before them grows', () => {
  const section = (name: string, size: number) => `## ${name}\n\n${words(size)}\n\n`
  const before = places(chunkDocument(section('One', 150) + section('Two', 250) + section('Three', 250), 'markdown'))
  const after = places(chunkDocument(section('One', 350) + section('Two', 250) + section('Three', 250), 'markdown'))
  expect(before).toEqual(['## One', '## Two', '## Three'])
  expect(after).toEqual(before)
})

test('a slash in a heading is not another level', () => {
  const text = `# A/B\n${words(200)}\n# A\n${words(200)}\n## B\n${words(200)}`
  expect(places(chunkDocument(text, 'markdown'))).toEqual(['# A∕B', '# A', '# A/## B'])
})

test('fenced code stays whole, also where headings and blank lines stand in it', () => {
  const code = `\`\`\`sh\n# not a heading\n\n${words(120)}\n\n${words(120)}\n\`\`\``
  const text = `# Guide\n\n${words(200)}\n\n${code}\n\n${words(200)}\n`
  expect(chunkDocument(text, 'markdown').filter((chunk) => chunk.text.includes(code))).toHaveLength(1)
})

test('fenced code within a list that is too large stays whole', () => {
  const code = '  ```sh\n  one\n\n  two\n  ```'
  const text = Array.from({ length: 6 }, (_, item) => `- ${words(90, `item${item}x`)}\n\n${code}\n\n`).join('')
  const chunks = chunkDocument(text, 'markdown')
  expect(chunks.length).toBeGreaterThan(1)
  expect(chunks.reduce((count, chunk) => count + chunk.text.split(code).length - 1, 0)).toBe(6)
})

test('a paragraph that is too long is cut between sentences', () => {
  const chunks = chunkDocument(words(1200, 'Word'), 'markdown')
  expect(chunks.length).toBeGreaterThan(3)
  for (const chunk of chunks.slice(0, -1)) expect(chunk.text.endsWith('.')).toBe(true)
})

test('offsets count UTF-16 units of the text as given, line endings and surrogate pairs included', () => {
  const text = '# 😀\r\n\r\ncaf\u0065\u0301\r\nfin\r\n'
  expect(chunkDocument(text, 'markdown')).toEqual([
    { place: '# 😀', title: '😀', start: 0, end: text.length - 2, text: text.slice(0, -2) },
  ])
})

test('blank lines before the first heading give it no other place', () => {
  const sections = (before: string) =>
    places(
      chunkDocument(`---\ntitle: T\n---${before}# First\n\n${words(300)}\n\n# Second\n\n${words(300)}\n`, 'markdown'),
    )
  expect(sections('\n\n\n')).toEqual(sections('\n'))
  expect(sections('\n')).toContain('# First')
})

test('front matter and the text before the first heading have places of their own', () => {
  const text = `---\ntitle: x\n---\n${words(200)}\n# One\n${words(200)}`
  expect(places(chunkDocument(text, 'markdown'))).toEqual(['---', 'top', '# One'])
})

test.for([
  {
    language: 'TypeScript',
    source:
      'import a from "a"\n\n/** Doc. */\nexport async function load<T>(x: T) {\nBODY\n}\n\nexport class Store {\nBODY\n}\n',
    expected: ['head', 'function load', 'class Store'],
  },
  {
    language: 'Python',
    source: '@cached\nasync def load(x):\nBODY\n\nclass Store(Base):\nBODY\n',
    expected: ['def load', 'class Store'],
  },
  {
    language: 'Go',
    source: 'package x\n\n// Load loads.\nfunc (s *Store) Load(x int) error {\nBODY\n}\n\ntype T struct {\nBODY\n}\n',
    expected: ['head', 'func Load', 'type T'],
  },
  {
    language: 'Rust',
    source:
      '#[derive(Debug)]\npub struct Store {\nBODY\n}\n\nimpl<T> Store<T> {\nBODY\n}\n\npub(crate) fn load() {\nBODY\n}\n',
    expected: ['struct Store', 'impl Store<T>', 'fn load'],
  },
  { language: 'Java', source: 'package a;\npublic final class Store {\nBODY\n}\n', expected: ['head', 'class Store'] },
  {
    language: 'C',
    source: '#include <a.h>\n\nstatic int load(char *x)\n{\nBODY\n}\n\nint main(void) {\nBODY\n}\n',
    expected: ['head', 'load', 'main'],
  },
  { language: 'shell', source: '#!/bin/sh\nset -e\n\nload() {\nBODY\n}\n', expected: ['head', 'load'] },
  { language: 'SQL', source: 'create table if not exists capsules (\nBODY\n);\n', expected: ['create table capsules'] },
])('names symbols of $language', ({ source, expected }) => {
  const body = Array.from({ length: 60 }, (_, index) => `  a${index} = b + c;`).join('\n')
  const text = source.replaceAll('BODY', body)
  // A small target, so that imports do not join what follows.
  expect(places(chunkDocument(text, 'code', { wordsTarget: 5, wordsMax: 1000 }))).toEqual(expected)
})

test('the comment above a symbol goes with it', () => {
  const text = `function a() {\n${words(150)}\n}\n\n/**\n * About b.\n */\nfunction b() {\n${words(150)}\n}\n`
  const [, second] = chunkDocument(text, 'code')
  expect(second).toMatchObject({ place: 'function b', text: expect.stringMatching(/^\/\*\*\n \* About b/) })
})
