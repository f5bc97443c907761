import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSubjectName, SUBJECT_NAME_LENGTH_MAX, subjectNameKey } from './subject-name.ts'

test.for([
  { name: 'nothing', text: '' },
  { name: 'a blank', text: ' ' },
  { name: 'a blank before', text: ' ada' },
  { name: 'a line end after', text: 'ada\n' },
  { name: 'two lines', text: 'ada\nlovelace' },
  { name: 'a line separator', text: 'ada\u2028lovelace' },
  { name: 'a control character', text: 'ada\u0000' },
  { name: 'an escape sequence', text: '\u001b[2Jada' },
  { name: 'a lone surrogate', text: 'ada\ud800' },
  { name: 'one character too many', text: 'a'.repeat(SUBJECT_NAME_LENGTH_MAX + 1) },
  { name: 'an id in upper case', text: '01900000-0000-7000-8000-00000000000A' },
  { name: 'an id', text: '01900000-0000-7000-8000-00000000000a' },
])('$name is no name', ({ text }) => {
  expect(isSubjectName(text)).toBe(false)
})

test.for(['a', 'Ada Lovelace', 'ada@example.org', '艾达', '👩‍💻', 'a'.repeat(SUBJECT_NAME_LENGTH_MAX)])(
  '%s is a name',
  (text) => {
    expect(isSubjectName(text)).toBe(true)
  },
)

describe('two spellings are one name', () => {
  test.for([
    ['Straße', 'STRASSE'],
    ['straße', 'STRAẞE'],
    ['Ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ'],
    ['caf\u00e9', 'CAFE\u0301'],
    ['\u212b', '\u00e5'], // the angstrom sign
  ] as const)('%s and %s', ([one, other]) => {
    expect(subjectNameKey(one)).toBe(subjectNameKey(other))
  })

  test('in any case and any composition', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const key = subjectNameKey(name)
        for (const form of [name.toUpperCase(), name.toLowerCase(), name.normalize('NFD'), name.normalize('NFC')])
          expect(subjectNameKey(form)).toBe(key)
      }),
    )
  })

  test('but others are not', () => {
    for (const [one, other] of [
      ['ada', 'ada '],
      ['ada', 'adá'],
      ['ada', 'аda'], // the first letter is Cyrillic
    ] as const)
      expect(subjectNameKey(one)).not.toBe(subjectNameKey(other))
  })
})
