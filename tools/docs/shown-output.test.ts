import { expect, test } from 'vitest'
import { findUnlikeJson } from './shown-json.ts'
import { findUnlike } from './shown-output.ts'

const A = '01a1fde7-0cb9-7000-9467-7642c133e503'
const B = '01a1fe8d-4e20-7000-b07c-2b64b2570025'

test.for([
  { name: 'another word', shown: 'kept for thirty days', printed: 'kept for ninety days' },
  { name: 'another number', shown: '2 imported', printed: '3 imported' },
  { name: 'a line too many', shown: 'one', printed: 'one\ntwo' },
  { name: 'a line too few', shown: 'one\ntwo', printed: 'one' },
  { name: 'two ids where the page shows one', shown: `${A} ${A}`, printed: `${B} ${A}` },
  { name: 'a number with a unit where there is none', shown: 'in 0.1 s', printed: 'in a while' },
  { name: 'signs that mean something to a pattern', shown: '1.1.0 (a+b)', printed: '1x1.0 (aab)' },
])('$name is unlike', ({ shown, printed }) => {
  expect(findUnlike(shown.split('\n'), printed, new Map())).toBeDefined()
})

test.for([
  { name: 'ids', shown: `${A} and ${A}`, printed: `${B} and ${B}` },
  { name: 'durations and sizes', shown: 'in 0.1 s, 1.3 MiB', printed: 'in 1 min 3 s, 512 bytes' },
  { name: 'ages', shown: '· 5 months ago', printed: '· just now' },
  { name: 'ports', shown: 'http://127.0.0.1:8420/x', printed: 'http://127.0.0.1:41231/x' },
  { name: 'the rest of a line', shown: 'one …', printed: 'one two three' },
  { name: 'any lines', shown: 'one\n…\nlast', printed: 'one\ntwo\n\nlast' },
  { name: 'no line at all', shown: 'one\n…', printed: 'one\n' },
  { name: 'blanks that align', shown: 'a    b', printed: 'a  b' },
])('$name may differ', ({ shown, printed }) => {
  expect(findUnlike(shown.split('\n'), printed, new Map())).toBeUndefined()
})

test('an id of the page is bound to the one that came, from then on', () => {
  const bindings = new Map<string, string>()
  expect(findUnlike([`show ${A}`], `show ${B}`, bindings)).toBeUndefined()
  expect(bindings.get(A)).toBe(B)
  expect(findUnlike([A], A, bindings)).toBe(A)
})

test('the line is named at which the page and the command part', () => {
  expect(findUnlike(['one', 'two', 'three'], 'one\ntwo\n3', new Map())).toBe('three')
})

test.for([
  { shown: '{"a": 1}', printed: '{"a": 2, "b": 3}', unlike: '/a' },
  { shown: '{"a": {"b": [1]}}', printed: '{"a": {"b": [1, 2]}}', unlike: '/a/b' },
  { shown: '{"a": null}', printed: '{}', unlike: '/a' },
  { shown: '{"a": "x"}', printed: '{"a": 1}', unlike: '/a' },
  { shown: '{"a": 1}', printed: 'no', unlike: 'no JSON' },
  { shown: '{"a": 1}\n{"a": 2}', printed: '{"a": 1}\n{"a": 3}', unlike: '/1/a' },
])('$shown is not shown by $printed', ({ shown, printed, unlike }) => {
  expect(findUnlikeJson(shown, printed, new Map())).toContain(unlike)
})

test('members that the page does not show, fractions and sequences may differ', () => {
  const shown = `{"id": "${A}", "score": 0.89, "sequence": 7, "list": [{"a": true}]}`
  const printed = `{"id": "${B}", "score": 0.71, "sequence": 9, "list": [{"a": true, "b": 1}], "more": {}}`
  expect(findUnlikeJson(shown, printed, new Map())).toBeUndefined()
})
