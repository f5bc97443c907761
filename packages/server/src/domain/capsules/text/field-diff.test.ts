import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffFields } from './field-diff.ts'

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

test.for([
  { name: 'arrays', a: nested(100_000), b: nested(100_000) },
  { name: 'a value against none', a: { x: [nested(10_000)] }, b: { x: [nested(10_002)] } },
])('refuses $name nested without end', ({ a, b }) => {
  expect(() => diffFields(a, b)).toThrow(expect.objectContaining({ code: 'UNPROCESSABLE' }))
})

test('names what was added, removed and replaced, by pointer', () => {
  const before = { title: 'Old', tags: ['a', 'b'], metadata: { 'a/b~c': 1, kept: [1, { x: 2 }], gone: null } }
  const after = { title: 'New', tags: ['b'], metadata: { 'a/b~c': 2, kept: [1, { x: 2 }], fresh: true } }
  expect(diffFields(before, after)).toEqual([
    { path: '/metadata/a~1b~0c', op: 'replace', from: 1, to: 2 },
    { path: '/metadata/fresh', op: 'add', to: true },
    { path: '/metadata/gone', op: 'remove', from: null },
    { path: '/tags', op: 'replace', from: ['a', 'b'], to: ['b'] },
    { path: '/title', op: 'replace', from: 'Old', to: 'New' },
  ])
})

test('fields with the names of prototype members are data', () => {
  const hostile: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}')
  expect(diffFields({}, hostile)).toEqual([
    { path: '/__proto__', op: 'add', to: { polluted: 1 } },
    { path: '/constructor', op: 'add', to: 2 },
  ])
})

test('undefined counts as absent', () => {
  expect(diffFields({ a: undefined, b: null }, { b: null })).toEqual([])
})

test('a value has no difference from its copy, and one from anything else', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(diffFields(a, structuredClone(a))).toEqual([])
      // -0 and 0 are one number in JSON.
      const differs = JSON.stringify(sorted(a)) !== JSON.stringify(sorted(b))
      expect(diffFields(a, b).length > 0).toBe(differs)
    }),
  )
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { fields: fields.map(([key, item]) => ({ key, item: sorted(item) })) }
}
