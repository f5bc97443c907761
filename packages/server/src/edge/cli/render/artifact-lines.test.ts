import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { verificationLines } from './artifact-lines.ts'

const FOUND = {
  digest: 'a'.repeat(64),
  passed: true,
  score: 0.6,
  report_sha256: 'b'.repeat(64),
  verified_at: '2026-03-01T09:00:00.000Z',
  ledger_index: 1200,
}

test.for([
  { of: 'checks that passed', found: FOUND, line: 'passed  score 0.60  verified 2026-03-01 09:00:00Z' },
  { of: 'a check that failed', found: { ...FOUND, passed: false, score: 0 }, line: 'failed  score 0.00' },
  { of: 'checks that were all skipped', found: { ...FOUND, score: 0 }, line: 'nothing was checked  score 0.00' },
  { of: 'a score just below another', found: { ...FOUND, score: 0.949 }, line: 'passed  score 0.94' },
])('what a verification came to: $of', ({ found, line }) => {
  expect(verificationLines(found, PLAIN_VIEW)[0]).toMatch(new RegExp(`^${line}`))
})
