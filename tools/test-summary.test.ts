import { expect, test } from 'vitest'
import type { TestCount } from './test-count.ts'
import { summarize } from './test-summary.ts'

const count = (over: Partial<TestCount>): TestCount => ({ passed: 0, failed: 0, skipped: [], broken: [], ...over })

test('a run that passed no test has failed', () => {
  expect(summarize(count({}))).toEqual({ lines: ['Tests: 0 passed, 0 failed'], ok: false })
})

test('a file that broke outside of its tests counts as a failure and is named', () => {
  const { lines, ok } = summarize(count({ passed: 3, broken: ['packages/a.test.ts'] }))
  expect({ lines, ok }).toEqual({ lines: ['broken: packages/a.test.ts', 'Tests: 3 passed, 1 failed'], ok: false })
})

test('one failure fails the run', () => {
  expect(summarize(count({ passed: 9, failed: 1 }))).toEqual({ lines: ['Tests: 9 passed, 1 failed'], ok: false })
})

test.for([
  { name: 'reads its script (needs zsh)', reason: undefined },
  { name: 'answers HTTPS', reason: 'needs openssl, which makes the certificates' },
])('a test that is skipped for want of a program fails the run', (skip) => {
  const { lines, ok } = summarize(count({ passed: 2, skipped: [skip] }))
  expect(ok).toBe(false)
  expect(lines).toContain(`lacking: ${skip.name}: .ci/run has to install what it needs`)
})

test('skipped tests are listed with their reason and counted, and do not fail the run', () => {
  const skipped = [
    { name: 'reads from a cluster', reason: 'no server at NEO4J_URI' },
    { name: 'reads twice', reason: undefined },
  ]
  expect(summarize(count({ passed: 2, skipped }))).toEqual({
    lines: [
      'skipped: reads from a cluster (no server at NEO4J_URI)',
      'skipped: reads twice (no reason given)',
      'Tests: 2 passed, 0 failed, 2 skipped',
    ],
    ok: true,
  })
})
