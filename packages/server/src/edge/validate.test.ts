import { capsuleCreate, searchQuery } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { FIELD_PROBLEMS_MAX, validate, validationFailed } from './validate.ts'

const problems = (schema: Parameters<typeof validate>[0], value: unknown, part: 'body' | 'query' = 'body') => {
  const result = validate(schema, value, part)
  return result.ok ? [] : result.problems
}
const create = { content: 'text', type: 'knowledge' }

test('names every wrong field at once, by JSON pointer', () => {
  const found = problems(capsuleCreate, { content: '', type: 'poem', tags: ['a', 'b', 'c', 7], 'odd/~': 1 })
  expect(found.map(({ pointer }) => pointer).toSorted()).toEqual(['/content', '/odd~1~0', '/tags/3', '/type'])
})

test('members of a query stand under #/query', () => {
  expect(problems(searchQuery, { limit: '0', nonsense: 'x' }, 'query')).toEqual([
    expect.objectContaining({ pointer: '#/query/limit' }),
    expect.objectContaining({ pointer: '#/query/nonsense', code: 'unknown' }),
  ])
})

test('of a union the branch that was meant speaks', () => {
  expect(
    problems(capsuleCreate, { ...create, source: { kind: 'chat', index: -1 } }).map(({ pointer }) => pointer),
  ).toEqual(['/source/conversation', '/source/index'])
  expect(problems(capsuleCreate, { ...create, source: { kind: 'dream' } })[0]?.pointer).toBe('/source/kind')
  expect(problems(capsuleCreate, { ...create, embedding: true })).toEqual([
    expect.objectContaining({ pointer: '/embedding', code: 'invalid_union' }),
  ])
})

test('a long value or name is not echoed', () => {
  const long = 'x'.repeat(50_000)
  const found = problems(capsuleCreate, { ...create, [long]: 1, type: long, source: { kind: long } })
  expect(found).toHaveLength(3)
  for (const { pointer, message } of found) expect(pointer.length + message.length).toBeLessThan(700)
})

test('of thousands of wrong fields the first are named and the rest are counted', () => {
  const found = problems(capsuleCreate, { ...create, tags: Array(60).fill(1) })
  const error = validationFailed(found)
  expect(error.errors).toHaveLength(FIELD_PROBLEMS_MAX)
  expect(error.detail).toContain('10 of them not listed')
})
