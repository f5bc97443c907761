import { JSON_LEVELS_MAX } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { parseFrontMatter } from './front-matter.ts'

const bomb = Array.from(
  { length: 12 },
  (_, level) => `k${level}: &a${level} [${level ? `*a${level - 1} , *a${level - 1} ` : 'x'}]`,
)

test.for([
  { name: 'aliases of aliases', yaml: bomb.join('\n') },
  { name: 'a value that contains itself', yaml: 'a: &a [*a ]' },
  { name: 'ten thousand open brackets', yaml: '['.repeat(10_000) },
  { name: 'ten thousand list marks', yaml: '- '.repeat(10_000) },
  { name: 'one level more than is kept', yaml: `a: ${'['.repeat(JSON_LEVELS_MAX)}${']'.repeat(JSON_LEVELS_MAX)}` },
  { name: 'one key twice', yaml: 'a: 1\na: 2' },
  { name: 'a broken quote', yaml: 'a: "b' },
  { name: 'tabs for indentation', yaml: 'a:\n\t- b: [' },
])('$name are a problem, not an error, and the body is still found', ({ yaml }) => {
  const text = `---\n${yaml}\n---\nbody`
  const { data, bodyStart, problem } = parseFrontMatter(text)
  expect(data).toEqual({})
  expect(problem).toBeTruthy()
  expect(problem!.length).toBeLessThanOrEqual(200)
  expect(text.slice(bodyStart)).toBe('body')
})

test.for([
  { name: 'no opening line', text: 'title: x\n---\n' },
  { name: 'no closing line', text: '---\ntitle: x\n' },
  { name: 'an opening line that is not the first', text: '\n---\na: 1\n---\n' },
  { name: 'a closing line beyond 32 KiB', text: `---\n${'a: b\n'.repeat(10_000)}---\n` },
  { name: 'prose between two rules', text: '---\nJust a sentence.\n---\nmore' },
  { name: 'a list between two rules', text: '---\n- a\n- b\n---\nmore' },
  { name: 'an empty document', text: '' },
])('$name is no front matter', ({ text }) => {
  expect(parseFrontMatter(text)).toEqual({ data: {}, bodyStart: 0 })
})

test.for(['\n', '\r\n'])('reads fields and the place of the body with line ending %j', (ending) => {
  const text = ['\ufeff---', 'title: Guide', 'tags: [a, b]', 'date: 2026-03-01', 'draft: true', '---', 'Body'].join(
    ending,
  )
  const { data, bodyStart } = parseFrontMatter(text)
  expect(data).toEqual({ title: 'Guide', tags: ['a', 'b'], date: '2026-03-01', draft: true })
  expect(text.slice(bodyStart)).toBe('Body')
})

test('an empty block has no fields and is not part of the body', () => {
  expect(parseFrontMatter('---\n---\nBody')).toEqual({ data: {}, bodyStart: 8 })
})

test('gives plain JSON data only: what JSON cannot say is null, and no prototype is touched', () => {
  const { data } = parseFrontMatter('---\nn: .nan\ni: .inf\n__proto__: {polluted: true}\n1: one\n...\n')
  expect(data.n).toBeNull()
  expect(data.i).toBeNull()
  expect(data['1']).toBe('one')
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
})

test('a field __proto__ is left out, wherever it stands, as objects lose it when they are copied', () => {
  const { data } = parseFrontMatter('---\n__proto__: {a: 1}\nb: {__proto__: {c: 1}, d: 2}\n---\n')
  expect(JSON.stringify(data)).toBe('{"b":{"d":2}}')
})

test('fields as deep as is kept are kept', () => {
  const levels = JSON_LEVELS_MAX - 1
  expect(parseFrontMatter(`---\na: ${'['.repeat(levels)}${']'.repeat(levels)}\n---\n`)).not.toHaveProperty('problem')
})
