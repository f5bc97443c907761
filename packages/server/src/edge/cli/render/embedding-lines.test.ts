import type { EmbeddingState } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { embeddingLines } from './embedding-lines.ts'

const STATE: EmbeddingState = {
  ...{ model: 'old', dimensions: 384, available: true, versions: 1200, filled: 1200, change: null },
  configured: { model: 'new', dimensions: 768 },
}
const CHANGE = {
  ...{ model: 'new', dimensions: 768, done: 400, total: 1200, started_at: null, per_second: null, eta_s: null },
  ...{ refused: 0, problem: null, retry_at: null },
}

test('without a change it is told whose vectors there are', () => {
  expect(embeddingLines(STATE, PLAIN_VIEW)).toEqual([
    'Vectors of old, 384 dimensions',
    '  1,200 of 1,200 versions have theirs',
  ])
})

test.for([
  {
    state: 'running',
    more: { per_second: 200, eta_s: 4 },
    says: ['Changing to new', '  400 of 1,200 versions, 200/s, about 4.0 s left'],
  },
  {
    state: 'paused',
    more: {},
    says: ['The change to new is paused; to go on: ./cascade embedding resume', '  400 of 1,200 versions'],
  },
  {
    state: 'waiting',
    more: { retry_at: '2026-03-01T09:00:00.000Z', problem: 'it is away\u001b[2J', refused: 2 },
    says: [
      'The change to new waits for its embedder until 2026-03-01T09:00:00.000Z',
      '  400 of 1,200 versions',
      '  2 refused by the model; they are found by their words',
      '  it is away<U+001B>[2J',
    ],
  },
  {
    state: 'stopped',
    more: {},
    says: ['The change to new was stopped; when it is mended: ./cascade embedding resume', '  400 of 1,200 versions'],
  },
  {
    state: 'cancelled',
    more: {},
    says: ['new is configured, its change was cancelled; to begin: ./cascade embedding start'],
  },
  { state: 'removing', more: {}, says: ['Vectors that are not needed any more are being removed'] },
] as const)('a change that is $state says so, and what to do', ({ state, more, says }) => {
  const lines = embeddingLines({ ...STATE, change: { ...CHANGE, state, ...more } }, PLAIN_VIEW)
  expect(lines.slice(3)).toEqual(says)
})

test('that questions are answered by words alone is told', () => {
  expect(embeddingLines({ ...STATE, available: false }, PLAIN_VIEW)[2]).toContain('answered by words')
})
