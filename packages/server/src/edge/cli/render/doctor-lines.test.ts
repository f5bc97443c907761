import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { doctorLines } from './doctor-lines.ts'

const fine = (check: string) => ({ check, ok: true, severity: 'fine' as const, detail: 'nothing wrong' })

test('checks of the store have names that say what was looked at, and unknown ones keep theirs', () => {
  expect(doctorLines(['heads', 'words', 'file, quickly', 'constructor'].map(fine), PLAIN_VIEW)).toEqual([
    'ok    newest version of each capsule: nothing wrong',
    'ok    index for search by words: nothing wrong',
    'ok    database file: nothing wrong',
    'ok    constructor: nothing wrong',
    '',
    'All is well: 4 checks.',
  ])
})

test('what is not fine says what it means and what to do, and the end counts both kinds', () => {
  const help = { means: 'It will rain.', fix: 'Take a coat.' }
  const odd = { check: 'sky', ok: false, severity: 'warning' as const, detail: 'grey', ...help }
  const bad = { check: 'roof', ok: false, severity: 'problem' as const, detail: 'gone', fix: 'Build one.' }
  expect(doctorLines([odd], PLAIN_VIEW)).toEqual([
    'warns sky: grey',
    '      It will rain.',
    '      fix: Take a coat.',
    '',
    'It works; 1 warning in 1 check.',
  ])
  expect(doctorLines([odd, bad, bad], PLAIN_VIEW).at(-1)).toBe('2 problems and 1 warning in 3 checks.')
})
