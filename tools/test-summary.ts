// The closing lines of .ci/run: `node tools/test-summary.ts <file of TestCountReporter>`.
import { existsSync, readFileSync } from 'node:fs'
import type { TestCount } from './test-count.ts'

/** What the closing lines are made of. */
type Outcome = Pick<TestCount, 'passed' | 'failed' | 'skipped' | 'broken'>

/** Said by a test that its machine lacks something for: `(needs fish)`. */
const LACKS = /\bneeds\b/
/** Where more tests failed than this, they failed for one reason. */
const FAILED_SHOWN_MAX = 40

/**
 * What broke, what was skipped and why, what failed, and last the count in the form `Tests: N passed, N failed`. A file that broke
 * outside of its tests counts as one failure, and a run that passed no test has failed: it showed nothing. So has one
 * that skipped a test for want of a program: .ci/run installs what tests need.
 */
export function summarize({ passed, failed, skipped, broken }: Outcome): { lines: readonly string[]; ok: boolean } {
  const failures = failed.length + broken.length
  const lacking = skipped.filter(({ name, reason }) => LACKS.test(`${name} ${reason}`))
  const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : ''
  return {
    lines: [
      ...broken.map((what) => `broken: ${what}`),
      ...skipped.map(({ name, reason }) => `skipped: ${name} (${reason ?? 'no reason given'})`),
      ...lacking.map(({ name }) => `lacking: ${name}: .ci/run has to install what it needs`),
      ...failed.slice(0, FAILED_SHOWN_MAX).map(({ name, message }) => `failed: ${name}: ${message}`),
      ...(failed.length > FAILED_SHOWN_MAX ? [`failed: ${failed.length - FAILED_SHOWN_MAX} more`] : []),
      `Tests: ${passed} passed, ${failures} failed${tail}`,
    ],
    ok: failures === 0 && lacking.length === 0 && passed > 0,
  }
}

/** A run that wrote no count broke before its end. */
function readCount(file: string): Outcome {
  if (!existsSync(file)) return { passed: 0, failed: [], skipped: [], broken: ['the test run ended without a count'] }
  // The file is written by TestCountReporter moments before, in the same run.
  return JSON.parse(readFileSync(file, 'utf8')) as TestCount
}

if (import.meta.main) {
  const { lines, ok } = summarize(readCount(process.argv[2] ?? ''))
  console.log(lines.join('\n'))
  process.exitCode = ok ? 0 : 1
}
