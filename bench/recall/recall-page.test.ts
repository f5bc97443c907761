import { expect, test } from 'vitest'
import type { Outcome, Row } from './measure-recall.ts'
import { MEASURES, type Measures } from './measures.ts'
import { type PageName, recallPage } from './recall-page.ts'

// Every measure has a value that tells it from the others.
const means = Object.fromEntries(MEASURES.map((name, at) => [name, (at + 1) / 10])) as Record<keyof Measures, number>
const row = (name: string): Row => ({ name, questions: 7, means })
const outcome = (ablation: readonly Row[]): Outcome => ({
  dataset: 'talk',
  capsules: 3,
  embedder: 'mine@1',
  rows: [row('all'), row('2')],
  ablation,
  searchMs: 1,
})
const DAY = new Date('2031-02-03T23:00:00Z')
const VALUES = '| 7 | 0.100 | 0.200 | 0.300 | 0.400 | 0.500 | 0.600 | 0.700 |'

test.for<{ page: PageName; says: string }>([
  { page: 'recall.md', says: 'with the default settings' },
  { page: 'recall-sentence-model.md', says: '--model tools/embedder/out/minilm --ablation --write' },
])('$page says when it was measured and how, of which embedder, and every number in its column', ({ page, says }) => {
  const text = recallPage(page, [outcome([row('all but date')])], DAY)
  expect(text).toContain('2031-02-03')
  expect(text).toContain(says)
  expect(text).toContain('## talk\n\nEmbedder `mine@1`.')
  for (const name of ['all', '2', 'all but date']) expect(text).toContain(`| ${name} ${VALUES}`)
})

test('without an ablation there is no table of signals', () => {
  expect(recallPage('recall.md', [outcome([])], DAY)).not.toContain('| signals |')
})
