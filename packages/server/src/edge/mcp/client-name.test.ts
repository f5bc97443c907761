import { expect, test } from 'vitest'
import { clientName, programOf } from './client-name.ts'

test.for([
  [{ name: 'claude-code', version: '2.4.1' }, 'claude-code 2.4.1'],
  [{ name: 'cursor' }, 'cursor'],
  [{ name: ' a\u0000b\n\u001b[31mc\u202e ', version: 7 }, 'a b [31mc'],
  [{ name: 'x'.repeat(10_000) }, 'x'.repeat(200)],
  [{ name: '\ud800' }, '\ufffd'],
  [{ name: '' }, undefined],
  [{ name: ['a'] }, undefined],
  [null, undefined],
  ['cursor', undefined],
] as const)('%j is called %j', ([info, name]) => {
  expect(clientName(info)).toBe(name)
})

test.for([
  ['claude-code/2.4.1 (cli)', 'claude-code 2.4.1'],
  ['node', 'node'],
  ['(anything)', undefined],
  ['', undefined],
  [undefined, undefined],
] as const)('of the User-Agent %j the program is %j', ([header, name]) => {
  expect(programOf(header)).toBe(name)
})
