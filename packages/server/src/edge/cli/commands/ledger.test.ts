import type { AuditRow } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { run, serve } from '../testing.ts'

const INTEGRITY = { valid: true, size: 1, checked_from: 0, checked_to: 1, checked_at: '2026-03-01T09:00:00.000Z' }
const UNTIL = '2026-04-01T09:00:00.000Z'
const ROW: AuditRow = {
  ...{ id: 'ab'.repeat(32), operation: 'ledger.key_rotated', category: 'system', entity_type: 'system' },
  ...{ entity_id: 'ledger', user_id: 'u', changes: {}, payload: {}, correlation_id: 'c' },
  ...{ timestamp: '2026-03-01T09:00:00.000Z', ledger_index: 0 },
}
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

test('ledger show says of each of several keys what it does, as the entries of the log tell it', async () => {
  const rows = [
    { ...ROW, payload: { previous: 'one', previous_until: null }, ledger_index: 12 },
    { ...ROW, payload: { previous: 'two', previous_until: UNTIL }, ledger_index: 20 },
  ]
  await using server = await serve(({ path }) => {
    if (path.endsWith('/integrity')) return { body: INTEGRITY }
    const asked = new URL(path, 'http://log.example').searchParams.get('operation')
    if (asked !== null)
      return { body: { items: rows.filter((row) => row.operation === asked).reverse(), next_cursor: null } }
    return { text: path.endsWith('/key') ? 'three\ntwo\none\n' : NOTE }
  })
  const { out } = await run(['ledger', 'show', '--url', server.url])
  expect(out.split('\n').slice(2, 8)).toEqual([
    '  key   three',
    '          signs',
    '        two',
    '          signs as well until 2026-04-01 09:00:00Z',
    '        one',
    '          ended at 12 entries: what it signs of more proves nothing',
  ])
  const { key_states } = JSON.parse((await run(['ledger', 'show', '--json', '--url', server.url])).out)
  expect(key_states).toEqual([
    { key: 'three', state: 'signs' },
    { key: 'two', state: 'signs_as_well', until: UNTIL },
    { key: 'one', state: 'ended', ended_at: 12 },
  ])
})
