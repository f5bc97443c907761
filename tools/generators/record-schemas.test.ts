import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORD_TYPES } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { freeze, readFrozen } from './record-schemas.ts'

const FOLDER = join(import.meta.dirname, '../../conformance/records/v1')
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8')

const A = ['a.schema.json', '{"a":1}\n'] as const
const B = ['b.schema.json', '{"b":1}\n'] as const
const listed = (...schemas: readonly (readonly [string, string])[]) => readFrozen(freeze(new Map(), new Map(schemas)))

test('a kind that was published is never another', () => {
  expect(() => freeze(listed(A, B), new Map([A, ['b.schema.json', '{"b":2}\n']]))).toThrow(/^b\.schema\.json is frozen/)
})

test('not even a blank may change', () => {
  expect(() => freeze(listed(A), new Map([['a.schema.json', '{"a": 1}\n']]))).toThrow(/version 2/)
})

test('a kind that was published stays', () => {
  expect(() => freeze(listed(A, B), new Map([A]))).toThrow('b.schema.json is frozen and its kind is gone')
})

test('a new kind is added to the list, and the lines that were there stay', () => {
  const before = freeze(new Map(), new Map([B]))
  const after = freeze(readFrozen(before), new Map([B, A]))
  expect(after.split('\n').slice(1).join('\n')).toBe(before)
  expect([...readFrozen(after).keys()]).toEqual(['a.schema.json', 'b.schema.json'])
})

test('a list that somebody damaged is not read as a shorter one', () => {
  expect(() => readFrozen('no digest  a.schema.json\n')).toThrow('has a line that is none')
})

test('the folder holds the schema of each kind and nothing else', () => {
  const wanted = ['FROZEN', ...RECORD_TYPES.map((type) => `${type}.schema.json`)]
  expect(readdirSync(FOLDER).toSorted()).toEqual(wanted.toSorted())
})

const ID = '01900000-0000-7000-8000-000000000001'
const LEAF = {
  v: 1,
  index: 0,
  prev: '0'.repeat(64),
  time: '2026-03-01T09:00:00.000Z',
  category: 'capsule',
  type: 'capsule.archived',
  actor: ID,
  correlation_id: ID,
  subject: `capsule/${ID}`,
  digests: {},
  payload: { version: '1.0.0', decision_id: ID },
}

test.for([
  { name: 'another version', leaf: { ...LEAF, v: 2 } },
  { name: 'a member more', leaf: { ...LEAF, more: 1 } },
  { name: 'a member less', leaf: { ...LEAF, actor: undefined } },
  { name: 'a payload with a member more', leaf: { ...LEAF, payload: { ...LEAF.payload, more: 1 } } },
  { name: 'a payload without its decision', leaf: { ...LEAF, payload: { version: '1.0.0' } } },
  { name: 'a time without milliseconds', leaf: { ...LEAF, time: '2026-03-01T09:00:00Z' } },
  { name: 'another category', leaf: { ...LEAF, category: 'trust' } },
  { name: 'another kind of subject', leaf: { ...LEAF, subject: `import/${ID}` } },
  { name: 'a digest that it does not have', leaf: { ...LEAF, digests: { content: '0'.repeat(64) } } },
])('the file itself refuses $name', ({ leaf }) => {
  const schema = z.fromJSONSchema(JSON.parse(read('capsule.archived.schema.json')))
  expect(schema.safeParse(LEAF).success).toBe(true)
  expect(schema.safeParse(JSON.parse(JSON.stringify(leaf))).success).toBe(false)
})
