import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { DocumentFormat } from '../../../domain/capsules/import/index.ts'
import { convertDocument } from './convert-document.ts'

const read = (name: string): Uint8Array => readFileSync(new URL(`../testing/fixtures/${name}`, import.meta.url))

async function textOf(name: string, format: DocumentFormat): Promise<string> {
  const content = await convertDocument(read(name), format)
  return 'text' in content ? content.text : content.unfit
}

const front = (facts: object): string =>
  `---\n${Object.entries(facts)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('\n')}\n---\n`

const author = 'Ada Example'

test.for([
  {
    name: 'handbook.docx',
    format: 'docx',
    facts: { title: 'Harvest handbook', author },
    body: '# Harvest handbook\n\n# Storing apples\n\nKeep them **cool and** *dark*.\n\n- Boxes\n- Straw\n\n1. Pick\n2. Store\n\n| Kind | Months |\n| --- | --- |\n| Boskoop | 5 \\| 6 |\n',
  },
  {
    name: 'numbers.pptx',
    format: 'pptx',
    facts: { title: 'Apples in numbers', author, pages: 4 },
    body: '## Apples in numbers\n\nA short talk\n\n## Why\n\n- They keep\n    - Up to six months\n\nNotes: Tell them about the cellar.\n\n## Yields\n\n| Year | Boxes |\n| --- | --- |\n| 2023 | 41 |\n',
  },
  {
    name: 'cellar.xlsx',
    format: 'xlsx',
    facts: { title: 'Cellar', author, pages: 2 },
    body: '## Stock\n\n| Kind | Boxes | Share | Since | Ready |\n| --- | --- | --- | --- | --- |\n| Boskoop | 12 | 25% | 2024-02-29 | TRUE |\n| Elstar | 0.3 | 75% | 2024-03-01 13:30:00 | FALSE |\n',
  },
  {
    name: 'cider.odt',
    format: 'odf',
    facts: {},
    body: '# Cider\n\nPress **slowly**[as they say](https://example.org/cider)\n\n- Apples\n- Yeast\n\n| Day | Degrees |\n| --- | --- |\n| 1 | 18 |\n',
  },
  {
    name: 'prices.ods',
    format: 'odf',
    facts: {},
    body: '## Prices\n\n| Kind | Price |\n| --- | --- |\n| Boskoop | 2.50 |\n',
  },
  { name: 'trees.odp', format: 'odf', facts: { pages: 1 }, body: '## Trees\n\nThey grow slowly\n' },
  {
    name: 'apples.epub',
    format: 'epub',
    facts: { title: 'A book of apples', author },
    body: '# Spring\n\nBlossom comes first.\n\n# Autumn\n\nThen the fruit.\n',
  },
  {
    name: 'orchard.pdf',
    format: 'pdf',
    facts: { title: 'The orchard', pages: 2 },
    body: '# The orchard\n\nAn orchard is a garden of trees. It wants light, water and someone who looks after it through the year, and it gives back more than it takes, though seldom in the first years after planting.\n\n## Planting\n\nTrees are planted in autumn, when the earth is still warm and the leaves are down, or in early spring.\n\nDig a hole twice as wide as the roots. Water it well.\n\n## Pruning\n\nCut what is dead, what is ill, and what crosses. The best time is late winter, on a dry day without frost.\n',
  },
] as const)('reads $name', async ({ name, format, facts, body }) => {
  expect(await textOf(name, format)).toBe(front({ format, ...facts }) + body)
})

const FILES = [
  ['handbook.docx', 'docx'],
  ['numbers.pptx', 'pptx'],
  ['cellar.xlsx', 'xlsx'],
  ['cider.odt', 'odf'],
  ['apples.epub', 'epub'],
  ['orchard.pdf', 'pdf'],
] as const

test.for(FILES)(
  'of a %s cut off anywhere is said that it is damaged, or what is left of it',
  async ([name, format]) => {
    const bytes = read(name)
    const whole = await convertDocument(bytes, format)
    for (const share of [0.01, 0.1, 0.5, 0.9, 0.99]) {
      const content = await convertDocument(bytes.slice(0, Math.floor(bytes.byteLength * share)), format)
      if ('unfit' in content) expect(content.unfit).toMatch(/^it (?:is|holds)/)
      // PDF is read from what can be found in it.
      else expect([format, content.text.length <= JSON.stringify(whole).length]).toEqual(['pdf', true])
    }
  },
)

test.for(FILES)('a %s under any other ending is told apart', async ([name, format]) => {
  for (const [, other] of FILES) {
    if (other === format) continue
    expect(await textOf(name, other)).toMatch(/^it is /)
  }
  expect(await textOf(name, 'html')).toMatch(/under another ending$/)
})
