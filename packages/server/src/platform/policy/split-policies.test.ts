import { expect, test } from 'vitest'
import { splitPolicies } from './split-policies.ts'

test.for([
  { name: 'nothing', text: ' \n// a comment; with a semicolon', found: [] },
  { name: 'a semicolon in a text', text: 'a ";" b; c;', found: ['a ";" b;', 'c;'] },
  { name: 'an escaped quote in a text', text: String.raw`a "\";" ; b;`, found: [String.raw`a "\";" ;`, 'b;'] },
  { name: 'a semicolon in a comment', text: 'a // ;\n b; c', found: ['a // ;\n b;', 'c'] },
  { name: 'a text that never ends', text: 'a; "b; c', found: ['a;', '"b; c'] },
  { name: 'comments before a policy', text: '// one\n// two;\n  a;', found: ['a;'] },
])('cuts $name as Cedar would', ({ text, found }) => {
  const parts = splitPolicies(text)
  expect(parts.map((part) => part.text)).toEqual(found)
  for (const { text: part, start } of parts) expect(text.startsWith(part, start)).toBe(true)
})

test('takes time in proportion to the text', () => {
  const started = performance.now()
  expect(splitPolicies('a;'.repeat(100_000))).toHaveLength(100_000)
  expect(splitPolicies('// \n'.repeat(100_000))).toHaveLength(0)
  expect(performance.now() - started).toBeLessThan(2_000)
})
