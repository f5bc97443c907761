import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { type Known, type ReadyFacts, readyLines, tryLines } from './start-lines.ts'

const FACTS: Omit<ReadyFacts, 'samplesFollow'> = {
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
  stats: {
    capsules: 0,
    chunks: 0,
    versions: 0,
    content_bytes: 0,
    by_status: {},
    by_type: {},
    by_embedding_model: {},
    sequence: -1,
  },
}

test('an empty store knows nothing yet, and says nothing of it while samples are about to be read', () => {
  expect(readyLines({ ...FACTS, samplesFollow: false }, PLAIN_VIEW).join('\n')).toMatch(/knows +nothing yet/)
  expect(readyLines({ ...FACTS, samplesFollow: true }, PLAIN_VIEW).join('\n')).not.toContain('knows')
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
