import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { doctorLines } from './doctor-lines.ts'

const fine = (check: string) => ({ check, ok: true, detail: 'nothing wrong' })

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
