import type { AuditRow, LedgerWitness } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { auditLines, integrityLines, keyLines, logLines, witnessLines } from './ledger-lines.ts'
import { createPainter, type View } from './view.ts'

const SOUND = { valid: true, size: 1200, checked_from: 0, checked_to: 1199, checked_at: '2026-07-29T10:20:30.000Z' }

test('a sound log says what of it was looked at, and how many versions were', () => {
  const all = { ...SOUND, contents: { verified: 1100, erased: 0, archived: 0 } }
  expect(integrityLines(all, PLAIN_VIEW)).toEqual([
    'sound  all 1,200 entries, verified 2026-07-29 10:20:30Z',
    '       1,100 versions as recorded',
  ])
  const some = { ...SOUND, checked_from: 1100, contents: { verified: 1, erased: 2, archived: 1300 } }
  expect(integrityLines(some, PLAIN_VIEW).slice(0, 2)).toEqual([
    'sound  the newest 100 entries of 1,200 and the checkpoint, 2026-07-29 10:20:30Z',
    '       1 version as recorded, 2 erased, 1,300 in the archive',
  ])
})

test.for([
  { from: 0, which: 'all 1,200 entries' },
  { from: 1100, which: 'the newest 100 entries of 1,200' },
])('a look from entry $from that compared no stored texts says so, and what does', ({ from, which }) => {
  expect(integrityLines({ ...SOUND, checked_from: from }, PLAIN_VIEW)).toEqual([
    `sound  ${which} by chain and checkpoint alone, 2026-07-29 10:20:30Z; ./cascade ledger verify compares stored texts as well`,
  ])
})

test('damage names the entry, and a hostile reason cannot act on the terminal', () => {
  const found = { ...SOUND, valid: false, checked_to: 3, first_bad: 4, reason: 'entry 4: \u001b[31mit is missing\n' }
  const [first = ''] = integrityLines(found, PLAIN_VIEW)
  expect(first).toMatch(/^damaged at entry 4: entry 4: .*it is missing/)
  expect(first).not.toContain('\u001b')
})

test('a log that is signed no more says so before what its verification found', () => {
  const lines = integrityLines({ ...SOUND, stopped: 'a witness holds \u001b[31mmore' }, PLAIN_VIEW)
  expect(lines[0]).toMatch(/^stopped {2}nothing is signed any more: a witness holds/)
  expect(lines.join('')).not.toContain('\u001b')
  expect(lines[1]).toMatch(/^sound/)
})

test('how far the entries are sound stands beside a version that is not, and says so', () => {
  const at = { ...SOUND, valid: false, reason: 'another text' }
  expect(integrityLines({ ...at, checked_to: 3, first_bad: 4 }, PLAIN_VIEW)[1]).toMatch(/^ {2}sound up to entry 3 of/)
  expect(integrityLines({ ...at, first_bad: 6 }, PLAIN_VIEW)[1]).toMatch(/^ {2}the entries themselves are sound/)
})

const view = PLAIN_VIEW
const AT = '2026-03-01T09:00:00.000Z'
const NOBODY: LedgerWitness = { witness: null, witnesses: [], cosigner: null, fork: null }

test('a log without witnesses says so, and where to change that', () => {
  expect(witnessLines(NOBODY, view)).toEqual([
    'Nobody cosigns this log, and it cosigns for nobody.',
    'To change that: ledger.witnesses and ledger.witness.logs in the configuration',
  ])
})

test('who witnesses whom stands with how far, and what is wrong below it', () => {
  const witness = {
    keys: ['w.example+1a2b3c4d+AbCd'],
    logs: [{ origin: 'log.example/1', keys: [], size: 0, cosigned_at: null, trouble: null }],
  }
  const witnesses = [
    { url: 'https://one.example', size: 1, cosigned_at: AT, trouble: null },
    { url: 'https://two.example', size: 40, cosigned_at: AT, trouble: 'nobody is\u001b[31m there' },
  ]
  const lines = witnessLines({ ...NOBODY, witness, witnesses }, view)
  expect(lines.slice(0, 4)).toEqual([
    'Cosigned by',
    '  https://one.example  up to 1 entry, 2026-03-01 09:00:00Z',
    '  https://two.example  up to 40 entries, 2026-03-01 09:00:00Z',
    expect.stringMatching(/^ {4}nobody is.*there$/),
  ])
  expect(lines.join('')).not.toContain('\u001b')
  expect(lines.slice(4)).toEqual([
    'Cosigns with',
    '  w.example+1a2b3c4d+AbCd',
    'for',
    '  log.example/1  nothing yet',
    `What to hand to a witness: ${view.command('ledger show')}`,
  ])
})

test('a log that is signed no more says so first', () => {
  expect(witnessLines({ ...NOBODY, fork: 'a witness holds more' }, view)[0]).toBe(
    'stopped  nothing is signed any more: a witness holds more',
  )
})

test('after a change the active key stands first, and until when the one before signs', () => {
  const keys = { origin: 'log.example/1', keys: ['new', 'old'], previous_until: AT }
  const states = [{ key: 'new', state: 'signs' } as const, { key: 'old', state: 'signs_as_well', until: AT } as const]
  expect(keyLines(keys, states, view).slice(1)).toEqual([
    '  key   new',
    '          signs',
    '        old',
    '          signs as well until 2026-03-01 09:00:00Z',
    'The old key signs as well until 2026-03-01 09:00:00Z. Hand the new one out until then, to witnesses too.',
  ])
  expect(keyLines({ ...keys, previous_until: null }, [], view).at(-1)).toMatch(/^The old key signs no more/)
})

test('a change that ends two keys names both, and none that ended before', () => {
  const keys = ['four', 'three', 'two', 'one'].map((name, at) => `log.example/1+${at}${at}+${name}`)
  const ended = (key: string, at: number) => ({ key, state: 'ended', ended_at: at }) as const
  const states = [{ key: keys[0]!, state: 'signs' } as const, ...keys.slice(1).map((key) => ended(key, 1200))]
  const lines = keyLines(
    { origin: 'log.example/1', keys, previous_until: null },
    states.with(3, ended(keys[3]!, 7)),
    view,
  )
  expect(lines.at(-1)).toMatch(/^The keys 11 and 22 sign no more, and were deleted\./)
  expect(lines.slice(3, 5)).toEqual([
    `        ${keys[1]}`,
    '          ended at 1,200 entries: what it signs of more proves nothing',
  ])
})

test('a log shows what each of its keys does', () => {
  const log = { origin: 'log.example/1', size: 1200, root: 'ab', keys: ['new', 'lost'], integrity: SOUND }
  const states = [{ key: 'new', state: 'signs' } as const, { key: 'lost', state: 'ended' } as const]
  expect(logLines({ ...log, key_states: states }, view).slice(2, 6)).toEqual([
    '  key   new',
    '          signs',
    '        lost',
    '          signs no more; its file was lost',
  ])
  expect(logLines({ ...log, keys: ['new'] }, view).slice(2, 4)).toEqual([
    '  key   new',
    expect.stringMatching(/^sound/),
  ])
})

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
