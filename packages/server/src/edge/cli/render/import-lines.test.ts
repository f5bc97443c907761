import type { ImportFile, ImportJob } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { fileLine, importLines, importListLines, progressLine } from './import-lines.ts'
import { columnsOf } from './text.ts'

const JOB: ImportJob = {
  id: '01939b41-2b3c-7d4e-9f50-6b7c8d9e0f1a',
  label: null,
  kind: 'folder',
  path: '/srv/ada/handbook',
  state: 'running',
  started_at: '2026-03-13T20:59:00.000Z',
  updated_at: '2026-03-13T21:00:00.000Z',
  finished_at: null,
  files_total: 240,
  files_done: 90,
  imported: 84,
  unchanged: 2,
  skipped: 3,
  failed: 1,
  capsules_created: 310,
  versions_added: 0,
  rate_per_s: 220.5,
  eta_s: 0.7,
  current: 'guides/onboarding.md',
  problem: null,
}
const DONE: ImportJob = { ...JOB, state: 'completed', finished_at: '2026-03-13T21:00:00.000Z', files_done: 240 }

const file = (path: string, state: ImportFile['state'], reason: string): ImportFile => ({
  path,
  state,
  reason,
  capsule_id: null,
  version: null,
  chunks: 0,
  at: JOB.updated_at,
})

test('progress shows count, rate, time left and the file, in one line', () => {
  expect(progressLine(JOB, 120)).toBe(
    '[#######-------------] 90 of 240 files · 221/s · 1 s left · guides/onboarding.md',
  )
})

test.for([
  { name: 'nothing counted yet', job: { ...JOB, files_total: null, rate_per_s: null, eta_s: null, current: null } },
  { name: 'nothing to do', job: { ...JOB, files_total: 0, files_done: 0 } },
  { name: 'more done than counted', job: { ...JOB, files_total: 10, files_done: 12 } },
  { name: 'a hostile file name', job: { ...JOB, current: `\u001b[2J${'long/'.repeat(100)}` } },
])('progress with $name fits the line and says no NaN', ({ job }) => {
  const line = progressLine(job, 80)
  expect(columnsOf(line)).toBeLessThan(80)
  expect(line).not.toMatch(/NaN|Infinity|null|\u001b/)
})

test('a report counts, groups the reasons, and says how to take it out again', () => {
  const files = [
    file('a.png', 'skipped', 'no text: image/png'),
    file('b.png', 'skipped', 'no text: image/png'),
    file('c.md', 'failed', 'not UTF-8'),
  ]
  expect(importLines({ ...DONE, skipped: 2 }, files, PLAIN_VIEW)).toEqual([
    'Imported: /srv/ada/handbook in 1 min 0 s',
    '  84  imported   310 capsules created, 0 versions added',
    '  2   unchanged',
    '  2   skipped',
    '  1   failed',
    '',
    '2 files skipped: no text: image/png',
    '  a.png, b.png',
    '1 file failed: not UTF-8',
    '  c.md',
    '',
    `To take it out again: ./cascade import --remove ${JOB.id}`,
  ])
})

const ALL = `Every file with its reason: ./cascade import --show ${JOB.id} --files`

test.for([
  { name: 'a reason has more files than are named', named: 4, skipped: 4, told: true },
  { name: 'there are more files than were read back', named: 3, skipped: 9, told: true },
  { name: 'all are named', named: 3, skipped: 3, told: false },
])('where $name, the command that lists them is told: $told', ({ named, skipped, told }) => {
  const files = Array.from({ length: named }, (_, at) => file(`${at}.png`, 'skipped', 'a picture'))
  const lines = importLines({ ...DONE, skipped, failed: 0 }, files, PLAIN_VIEW)
  expect(lines.includes(ALL)).toBe(told)
})

test('a long path is cut in its middle in a report, and stands whole in the list of files', () => {
  const path = `notes/${'deep/'.repeat(60)}last.png`
  const long = file(path, 'skipped', 'a picture')
  const report = importLines({ ...DONE, skipped: 1 }, [long], PLAIN_VIEW)
  const [name = ''] = report.filter((line) => line.includes('last.png'))
  expect(name).toMatch(/^ {2}notes\/deep\/.*….*\/deep\/last\.png$/)
  expect(columnsOf(name.trim())).toBeLessThanOrEqual(120)
  expect(fileLine(long, PLAIN_VIEW)).toBe(`skipped    ${path}: a picture`)
})

test('a long reason is wrapped above the names', () => {
  const lines = importLines({ ...DONE, skipped: 1 }, [file('a.md', 'failed', 'because '.repeat(30))], PLAIN_VIEW)
  const reason = lines.filter((line) => line.includes('because'))
  expect(reason.length).toBeGreaterThan(2)
  for (const line of reason) expect(columnsOf(line)).toBeLessThanOrEqual(80)
})

test('a file is one line, whatever its name and reason hold', () => {
  const line = fileLine(file('a\n\u001b[2Jb  c.md', 'failed', 'one\ntwo'), PLAIN_VIEW)
  expect(line).toBe('failed     a<U+000A><U+001B>[2Jb  c.md: one two')
})

test('a stopped import says how to go on', () => {
  const lines = importLines({ ...DONE, state: 'cancelled' }, [], PLAIN_VIEW)
  expect(lines.at(-1)).toBe('To go on where it stopped, run the same import again.')
})

test('a label is quoted, so that a shell runs nothing in it', () => {
  const lines = importLines({ ...DONE, label: "$(id) `id` it's" }, [], PLAIN_VIEW)
  expect(lines.at(-1)).toBe("To take it out again: ./cascade import --remove '$(id) `id` it'\\''s'")
})

test('an empty source says that there is nothing in it', () => {
  const empty = { ...DONE, files_total: 0, files_done: 0, imported: 0, unchanged: 0, skipped: 0, failed: 0 }
  expect(importLines(empty, [], PLAIN_VIEW).at(-1)).toBe('There is no file in it that could be read.')
})

test('an empty source that was read as something else than a folder says as what', () => {
  const empty = {
    ...DONE,
    kind: 'transcript' as const,
    files_total: 0,
    files_done: 0,
    imported: 0,
    skipped: 0,
    failed: 0,
  }
  expect(importLines(empty, [], PLAIN_VIEW).at(-1)).toBe(
    'There is nothing in it that could be read as transcript; --kind says that it is something else.',
  )
})

test('one file is one file in the list', () => {
  const [line = ''] = importListLines({ items: [{ ...DONE, files_done: 1 }], next_cursor: null }, PLAIN_VIEW)
  expect(line).toContain('  1 file  ')
})

test.for([40, 60, 80, 120])('the list of imports is no wider than %i columns and shows whole ids', (width) => {
  const items = [
    { ...DONE, label: 'a label '.repeat(20) },
    { ...DONE, state: 'interrupted' as const, files_done: 5 },
  ]
  const lines = importListLines({ items, next_cursor: null }, { ...PLAIN_VIEW, width })
  expect(lines.filter((line) => line.startsWith(DONE.id))).toHaveLength(2)
  for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width)
})

test('no imports yet says what to do', () => {
  expect(importListLines({ items: [], next_cursor: null }, PLAIN_VIEW)).toEqual([
    'Nothing was imported yet.',
    '  ./cascade import <folder>',
  ])
})
