import type { AuditRow } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { auditLines } from './ledger-lines.ts'
import { createPainter, type View } from './view.ts'

const VIEW: View = {
  ...{ paint: createPainter(false), coloured: false, width: 100, now: 0 },
  command: (rest) => `cascade ${rest}`,
}
const ID = '01939b3e-9c02-7a41-b7d3-5a1e0c9d8e72'
const ROW: AuditRow = {
  id: 'ab'.repeat(32),
  operation: 'capsule.versioned',
  category: 'capsule',
  entity_type: 'capsule',
  entity_id: ID,
  user_id: ID,
  changes: {},
  payload: {},
  correlation_id: ID,
  timestamp: '2026-03-01T09:00:00.000Z',
  ledger_index: 7,
}

/** What the line of changes says, or that there is none. */
function changed(changes: AuditRow['changes']): string {
  const lines = auditLines([{ ...ROW, changes }], null, VIEW)
  return lines.length === 3 ? lines[1]!.trim() : 'nothing'
}

test.for([
  { name: 'versions that are gone', changes: null, line: 'what it says is not in the store any more' },
  { name: 'no member', changes: {}, line: 'nothing' },
  { name: 'a status of which only the end is known', changes: { status: { to: 'ERASED' } }, line: 'status ERASED' },
  { name: 'a number', changes: { trust: { from: 60, to: 50 } }, line: 'trust 60 → 50' },
  { name: 'a value that was none', changes: { lane: { from: null, to: 'work' } }, line: 'lane none → work' },
  {
    name: 'several, long ones as their length',
    changes: { content: { from: { bytes: 10 }, to: { bytes: 12 } }, tags: { from: [], to: ['a'] } },
    line: 'content 10 bytes → 12 bytes, tags [] → ["a"]',
  },
  {
    name: 'a title that looks like more changes than there are',
    changes: { title: { from: 'a', to: 'b, trust 0 → 100' } },
    line: 'title a → "b, trust 0 → 100"',
  },
  {
    name: 'a title that would act on the terminal, and is long',
    changes: { title: { from: null, to: `\u001b[31m\n${'x'.repeat(100)}` } },
    line: `title none → "\\u001b[31m\\n${'x'.repeat(26)}…`,
  },
])('$name is told on one line', ({ changes, line }) => {
  expect(changed(changes as AuditRow['changes'])).toBe(line)
})
