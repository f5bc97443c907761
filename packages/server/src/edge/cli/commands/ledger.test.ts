import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

const INTEGRITY = { valid: true, size: 1, checked_from: 0, checked_to: 1, checked_at: '2026-03-01T09:00:00.000Z' }
const NOTE = `log.example/1\n1\n${Buffer.alloc(32).toString('base64')}\n\n— log.example/1 AAAA\n`

test.for([
  { log: 'a sound log', integrity: INTEGRITY, exit: 0, says: 'sound' },
  { log: 'a damaged one', integrity: { ...INTEGRITY, valid: false, first_bad: 0 }, exit: 7, says: 'damaged' },
  {
    log: 'one that is signed no more',
    integrity: { ...INTEGRITY, stopped: 'It forked.' },
    exit: 7,
    says: 'It forked.',
  },
])('ledger show of $log ends as ledger verify does', async ({ integrity, exit, says }) => {
  await using server = await serve(({ path }) =>
    path.endsWith('/integrity') ? { body: integrity } : { text: path.endsWith('/key') ? 'key\n' : NOTE },
  )
  const { code, out } = await run(['ledger', 'show', '--url', server.url])
  expect([code, out]).toEqual([exit, expect.stringContaining(says)])
})
