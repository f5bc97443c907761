import { capsule as capsuleSchema } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { CAPSULE, COLOURED_VIEW, PLAIN_VIEW } from '../testing.ts'

import { capsuleLines, passageLines } from './capsule-lines.ts'

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`)
const TALL = { ...CAPSULE, content: LINES.join('\n') }

test('the sample is a capsule of the contract', () => {
  expect(capsuleSchema.parse(CAPSULE)).toEqual(CAPSULE)
})

test('a capsule shows its facts, leaves out what it has not, and its content as it is', () => {
  const lines = capsuleLines(CAPSULE, PLAIN_VIEW)
  expect(lines).toContain('Embedded store')
  expect(lines).toContain(`id       ${CAPSULE.id}@1.0.0`)
  expect(lines).toContain('trust    60 STANDARD')
  expect(lines.join('\n')).not.toMatch(/^(status|scope|part of)/m)
  expect(lines.at(-1)).toBe(CAPSULE.content)
})

test('what holds the trust down is said', () => {
  const lines = capsuleLines({ ...CAPSULE, trust: 80, effective_trust: 40 }, PLAIN_VIEW)
  expect(lines).toContain('trust    40 SANDBOX (its own is 80; what it derives from holds it down)')
})

test('an archived capsule says so', () => {
  expect(capsuleLines({ ...CAPSULE, status: 'ARCHIVED' }, PLAIN_VIEW)).toContain('status   ARCHIVED')
})

test('a passage stands marked among its lines, with what stands around it', () => {
  const start = TALL.content.indexOf('line 10')
  const lines = passageLines(TALL, start, start + 'line 10\nline 11'.length, PLAIN_VIEW)
  const shown = lines.filter((line) => /^[> ] +\d+ /.test(line))
  expect(shown).toEqual([
    '   7 line 7',
    '   8 line 8',
    '   9 line 9',
    '> 10 «line 10',
    '> 11 line 11»',
    '  12 line 12',
    '  13 line 13',
    '  14 line 14',
  ])
  expect(lines.join('\n')).toContain('Lines 10-11 of 20 lines.')
})

test.for([
  { name: 'the first character', start: 0, end: 1, line: '> 1 «l»ine 1' },
  { name: 'the last character', start: TALL.content.length - 1, end: TALL.content.length, line: '> 20 line 2«0»' },
  { name: 'a line with its end', start: 0, end: 7, line: '> 1 «line 1' },
])('a passage may be $name', ({ start, end, line }) => {
  expect(passageLines(TALL, start, end, PLAIN_VIEW)).toContain(line)
})

test('with colours every line of the passage is marked by itself', () => {
  const lines = passageLines(TALL, 0, 'line 1\nline 2'.length, COLOURED_VIEW)
  expect(lines.filter((line) => line.includes('\u001b[7mline'))).toHaveLength(2)
})
