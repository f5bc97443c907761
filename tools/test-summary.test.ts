import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from './checks/check.ts'
import { ROOT } from './node-runtime.mjs'
import type { TestCount } from './test-count.ts'
import { summarize } from './test-summary.ts'

const count = (over: Partial<TestCount>) => ({ passed: 0, failed: [], skipped: [], broken: [], ...over })

test('a run that passed no test has failed', () => {
  expect(summarize(count({}))).toEqual({ lines: ['Tests: 0 passed, 0 failed'], ok: false })
})

test('a file that broke outside of its tests counts as a failure and is named', () => {
  const { lines, ok } = summarize(count({ passed: 3, broken: ['packages/a.test.ts'] }))
  expect({ lines, ok }).toEqual({ lines: ['broken: packages/a.test.ts', 'Tests: 3 passed, 1 failed'], ok: false })
})

test('one failure fails the run and is named with what it said, right before the count', () => {
  const failed = [{ name: 'packages/a.test.ts > adding > carries', message: 'expected 1 to be 2' }]
  const skipped = [{ name: 'reads twice', reason: 'no cluster' }]
  expect(summarize(count({ passed: 9, failed, skipped }))).toEqual({
    lines: [
      'skipped: reads twice (no cluster)',
      'failed: packages/a.test.ts > adding > carries: expected 1 to be 2',
      'Tests: 9 passed, 1 failed, 1 skipped',
    ],
    ok: false,
  })
})

test('of many failures forty are named and the rest is counted', () => {
  const failed = Array.from({ length: 43 }, (_, at) => ({ name: `a.test.ts > ${at}`, message: 'no' }))
  const { lines } = summarize(count({ passed: 1, failed }))
  expect(lines.filter((line) => line.startsWith('failed: a.test.ts'))).toHaveLength(40)
  expect(lines.slice(-2)).toEqual(['failed: 3 more', 'Tests: 1 passed, 43 failed'])
})

test('the count of a real run names the file, the suites and the first line of the error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'test-count-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'count.json')
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { TestCountReporter } from '${join(import.meta.dirname, 'test-count.ts')}'
export default { test: { reporters: [new TestCountReporter('${file}')] } }`,
  )
  writeFileSync(
    join(folder, 'sums.test.ts'),
    `import { describe, test } from 'vitest'
test('holds', () => {})
describe('adding', () => {
  test('carries', () => { throw new Error('\\n\\u001b[31mlost the one\\u001b[39m\\nhere') })
})`,
  )
  await runCommand(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], folder)
  const { files, startedAt, endedAt, ...counted } = JSON.parse(readFileSync(file, 'utf8'))
  expect(files).toEqual([{ file: 'sums.test.ts', passed: 1, failed: 1, skipped: 0 }])
  expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(Date.parse(startedAt))
  expect(counted).toEqual(
    count({ passed: 1, failed: [{ name: 'sums.test.ts > adding > carries', message: 'lost the one' }] }),
  )
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
