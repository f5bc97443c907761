import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFolders } from '../tools/validation/testing.ts'
import { handOver } from './hand-over.ts'
import { parseOptions } from './options.ts'
import { openRecords } from './record-run.ts'

const folder = newFolders()

test('a run of which no record can be made has its page and its numbers all the same', () => {
  const [reference, place] = [folder(), folder()]
  const options = parseOptions(['--write', '--json', '--record'])
  const row = {
    section: 'Bulk',
    name: 'load',
    measured: 'none',
    numbers: {},
    target: '',
    verdict: '',
    unit: 'ms',
  } as const
  const result = { date: new Date(), seconds: 1, options, rows: [{ ...row, samples: [Number.NaN] }] }
  const printed: string[] = []
  const takers = {
    ...{ reference, record: openRecords(options.sections, place) },
    ...{ print: (text: string) => printed.push(text), progress: () => undefined },
  }
  expect(() => handOver(result, takers)).toThrow('number')
  expect(readFileSync(join(reference, 'benchmarks.md'), 'utf8')).toContain('| load | none |')
  expect(printed.map((text) => JSON.parse(text).rows)).toEqual([
    [{ section: 'Bulk', name: 'load', measured: 'none', numbers: {}, target: '', verdict: '' }],
  ])
})
