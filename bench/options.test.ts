import { expect, test } from 'vitest'
import { parseOptions, SECTIONS } from './options.ts'

const WHOLE = SECTIONS.filter((name) => name !== 'peers' && name !== 'stores')

test.for([
  { name: 'a quick run', args: ['--write', '--quick'] },
  { name: 'the full number of documents with fewer questions', args: ['--write', '--quick', '--documents', '100000'] },
  { name: 'a smoke run', args: ['--write', '--smoke'] },
  { name: 'a part of a million', args: ['--write', '--million', 'http'] },
  { name: 'one section', args: ['--write', 'http'] },
  { name: 'the peers alone', args: ['peers', '--write'] },
  { name: 'the stores with the peers', args: ['peers', 'stores', '--write'] },
  { name: 'all sections but one', args: ['--write', ...WHOLE.slice(1)] },
  { name: 'a document too few', args: ['--write', '--documents', '99999'] },
  { name: 'a document too many', args: ['--write', '--documents', '100001'] },
])('$name is not written as the whole', ({ args }) => {
  expect(() => parseOptions(args)).toThrow('--write shows a whole run')
})

test.for([
  { name: 'as it is', args: [] },
  { name: 'with every section named', args: WHOLE },
  { name: 'with the peers as well', args: SECTIONS },
  { name: 'of the stores alone', args: ['stores'] },
])('a whole run $name may be written', ({ args }) => {
  expect(parseOptions([...args, '--write'])).toMatchObject({ write: true, documents: 100_000 })
})

test('what is not written may be any part', () => {
  expect([...parseOptions(['--quick', 'process', 'http']).sections]).toEqual(['process', 'http'])
})

test.for([['--documents', '0'], ['--seed', 'x'], ['nothing'], ['--unknown']])('%j is refused', (args) => {
  expect(() => parseOptions(args)).toThrow()
})

test('a million has targets of its own, and other sizes have none', () => {
  expect(parseOptions(['--million', '--write']).targets.vector).toEqual({ atMost: { p50: 20 } })
  expect(parseOptions([]).targets.vector).toEqual({ atMost: { p50: 2 } })
  expect(parseOptions(['--documents', '150000']).targets).toEqual({})
})
