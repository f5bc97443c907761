import { capsuleCreate, searchBody, searchQuery } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { validate } from '../validate.ts'

const said = (value: unknown, schema: Parameters<typeof validate>[0] = capsuleCreate) => {
  const result = validate(schema, value, 'body')
  return result.ok ? {} : Object.fromEntries(result.problems.map(({ pointer, message }) => [pointer, message]))
}
const create = { content: 'text', type: 'knowledge' }

test.for<[string, unknown, Record<string, string>]>([
  ['a list', [], { '': 'expected an object, got a list' }],
  ['null', null, { '': 'expected an object, got null' }],
  ['a missing member', { type: 'code' }, { '/content': 'expected text, but it is missing' }],
  ['a number for a text', { ...create, content: 5 }, { '/content': 'expected text, got 5' }],
  ['a text for a number', { ...create, trust: '60' }, { '/trust': 'expected a number, got the text "60"' }],
  ['a broken number', { ...create, trust: 1.5 }, { '/trust': 'expected a whole number, got 1.5' }],
  ['a number that is too large', { ...create, trust: 101 }, { '/trust': 'expected at most 100, got 101' }],
  ['a text for a list', { ...create, tags: 'a' }, { '/tags': 'expected a list, got the text "a"' }],
  ['a list for an object', { ...create, metadata: [] }, { '/metadata': 'expected an object, got a list' }],
  ['a long list', { ...create, tags: Array(65).fill('t') }, { '/tags': 'expected at most 64 items, got 65' }],
  ['a long text', { ...create, title: 'x'.repeat(501) }, { '/title': 'expected at most 500 characters, got 501' }],
  [
    'an unknown word',
    { ...create, type: 'poem' },
    { '/type': 'expected one of knowledge, code, decision, insight, config, got the text "poem"' },
  ],
  [
    'no vector',
    { ...create, embedding: true },
    { '/embedding': 'expected a list, got true, or expected text, got true' },
  ],
  [
    'a vector with a word in it',
    { ...create, embedding: [1, 'a'] },
    { '/embedding/1': 'expected a number, got the text "a"' },
  ],
  ['a vector in no base64', { ...create, embedding: '!' }, { '/embedding': 'expected base64, got the text "!"' }],
  [
    'a source without its place',
    { ...create, source: { kind: 'url' } },
    { '/source/url': 'expected text, but it is missing' },
  ],
])('%s is answered with what was expected and what came', ([, value, messages]) => {
  expect(said(value)).toEqual(messages)
})

test('a parameter of a query is answered in the same words', () => {
  expect(said({ limit: '0' }, searchQuery)).toEqual({ '/limit': 'expected at least 1, got 0' })
  expect(said({ limit: 'ten' }, searchQuery)).toEqual({ '/limit': 'expected a number, got the text "ten"' })
  expect(said({ explain: 'yes' }, searchQuery)).toEqual({ '/explain': 'expected true or false, got the text "yes"' })
})

test('nothing long is repeated, and nothing is told in the words of the parser', () => {
  const long = 'x'.repeat(10_000)
  const wrong = { ...create, type: long, licence: long, trust: long, tags: long, parents: long, dedupe: long }
  const all = Object.values({ ...said(wrong), ...said({ mode: long, limit: long, embedding: '' }, searchBody) })
  expect(all.length).toBeGreaterThan(6)
  for (const message of all) {
    expect(message.length).toBeLessThan(150)
    expect(message).not.toMatch(/Invalid|Too (big|small)|received|undefined/)
  }
})
