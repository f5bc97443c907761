import { expect, test } from 'vitest'
import { problem, run, serve } from '../testing.ts'

const ADA = '01939b3e-0000-7000-8000-000000000001'
const CALM = {
  ...{ active: false, epoch: 0, since: null, reason: null, by: null, by_name: null, cause: null },
  ...{ file: false, lifts: [], alone_after: null },
}
const ON = {
  ...{ ...CALM, active: true, epoch: 1, since: '2026-03-01T09:00:00.000Z', reason: 'An agent deletes notes' },
  ...{ by: ADA, by_name: 'ada', cause: 'call' },
}
const ASK = { by: ADA, by_name: 'ada', at: '2026-03-01T09:10:00.000Z', expires_at: '2026-03-01T10:10:00.000Z' }

test.for([
  { name: 'none yet', answer: CALM, says: 'No emergency is on; there was none yet.' },
  { name: 'one before', answer: { ...CALM, epoch: 1 }, says: 'No emergency is on; there has been one.' },
  { name: 'more before', answer: { ...CALM, epoch: 3 }, says: 'No emergency is on; there have been 3.' },
  { name: 'one that nobody asked to lift', answer: ON, says: 'To ask to lift it: ./cascade' },
  {
    name: 'one that a file keeps on',
    answer: { ...ON, file: true },
    says: 'Remove it, then ask to lift it: ./cascade',
  },
  {
    name: 'one that waits',
    answer: { ...ON, lifts: [ASK] },
    says: 'Another administrator or steward lifts it: ./cascade',
  },
  {
    name: 'one that waits for nobody else',
    answer: { ...ON, lifts: [ASK], alone_after: '2026-03-01T09:11:00.000Z' },
    says: 'run it again, here, after 09:11:00 UTC: ./cascade',
  },
])('the status of $name says what comes next', async ({ answer, says }) => {
  await using server = await serve(() => ({ body: answer }))
  const { code, out } = await run(['emergency', 'status', '--url', server.url])
  expect([code, out]).toEqual([0, expect.stringContaining(says)])
})

test('lifting it as the second says that it is lifted', async () => {
  await using server = await serve(() => ({ body: { ...CALM, epoch: 1 } }))
  const { out } = await run(['emergency', 'off', '--reason', 'mended', '--url', server.url])
  expect(out).toBe('The emergency is lifted: work goes on.\n')
})

test.for([
  { line: 'emergency off --reason r', status: 409, code: 'CONFLICT', fix: '`emergency status` says how it stands' },
  { line: 'emergency off --reason r', status: 403, code: 'FORBIDDEN', fix: 'ask an administrator or a steward' },
  { line: 'emergency on --reason r', status: 403, code: 'FORBIDDEN', fix: 'a file named EMERGENCY' },
  { line: 'emergency status', status: 403, code: 'FORBIDDEN', fix: 'Ask an administrator, a steward or an auditor.' },
  {
    line: 'policy apply --built-in',
    status: 403,
    code: 'FORBIDDEN',
    fix: 'once that is stopped, `policy apply --built-in`',
  },
  { line: 'policy apply --built-in', status: 409, code: 'CONFLICT', fix: 'Have the policies permit' },
  {
    line: 'policy apply --built-in',
    status: 503,
    code: 'EMERGENCY_ACTIVE',
    fix: '`emergency status` says what lifts it',
  },
  { line: 'show 01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10', status: 403, code: 'APPROVAL_REQUIRED', fix: 'does not wait' },
])('what $line is refused for with $code has a way on that helps', async ({ line, status, code, fix }) => {
  await using server = await serve(() => problem(status, code, 'No.'))
  const { err } = await run([...line.split(' '), '--url', server.url])
  expect(err).toContain(`No. (${code})`)
  expect(err).toMatch(/ {2}fix: /)
  expect(err).toContain(fix)
  expect(err).not.toContain('`show`')
})
