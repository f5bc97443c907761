import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { type Known, knowledgeLine, type ReadyFacts, readyLines, tryLines } from './start-lines.ts'

const FACTS: ReadyFacts = {
  version: '0.1.0',
  readyInS: 0.5,
  dataDir: '/srv/cascade',
  instance: {
    socket: '/srv/cascade/socket',
    token: 't',
    tokenFile: '/srv/cascade/token',
    url: 'http://127.0.0.1:8420',
    boot: { status: 'ready', started_at: '2026-03-13T21:00:00.000Z', took_ms: 500, chunks: [] },
    stopped: Promise.resolve(),
    reload: () => undefined,
    stop: async () => undefined,
  },
}

const EMPTY = {
  ...{ capsules: 0, chunks: 0, versions: 0, content_bytes: 0 },
  ...{ by_status: {}, by_type: {}, by_embedding_model: {}, sequence: -1 },
  by_trust_level: {},
  bytes: { by_status: {}, by_type: {}, by_embedding_model: {}, by_trust_level: {} },
  scopes: 0,
  by_scope: [],
  lineage: { derived: 0, depth_mean: 0, depth_max: 0 },
}

test('where it answers is told without a word about what it knows, which has to be counted first', () => {
  const lines = readyLines(FACTS, PLAIN_VIEW).join('\n')
  expect(lines).toContain('http://127.0.0.1:8420')
  expect(lines).not.toContain('knows')
})

test.for<{ name: string; stats: Parameters<typeof knowledgeLine>[0]; says: string }>([
  { name: 'nothing', stats: EMPTY, says: 'nothing yet' },
  { name: 'whole capsules', stats: { ...EMPTY, capsules: 2, by_status: { ACTIVE: 2 } }, says: '2 capsules' },
  {
    name: 'capsules that rest',
    stats: { ...EMPTY, capsules: 3, by_status: { ACTIVE: 2, ARCHIVED: 1 } },
    says: '2 capsules and chunks in use, 1 archived',
  },
])('what it knows, $name, stands in line with where it answers', ({ stats, says }) => {
  const folder = readyLines(FACTS, PLAIN_VIEW).find((line) => line.includes('data folder')) ?? ''
  expect(knowledgeLine(stats, PLAIN_VIEW)).toBe(`${'  knows'.padEnd(folder.indexOf('/'))}${says}`)
})

test.for<{ name: string; known: Known; question: string | undefined }>([
  { name: 'an empty store', known: { samples: { kind: 'none' }, capsules: 0 }, question: undefined },
  {
    name: 'samples that could not be read',
    known: { samples: { kind: 'failed', reason: 'gone' }, capsules: 0 },
    question: undefined,
  },
  { name: 'knowledge of its own', known: { samples: { kind: 'none' }, capsules: 3 }, question: '<question>' },
  {
    name: 'the samples',
    known: { samples: { kind: 'imported', documents: 52 }, capsules: 0 },
    question: 'what is a capsule?',
  },
])('with $name the question to try is $question', ({ known, question }) => {
  const shown = /ask "(.*)"/.exec(tryLines(known, PLAIN_VIEW).join('\n'))?.[1]
  expect(shown).toBe(question)
})
