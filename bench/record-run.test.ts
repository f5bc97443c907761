import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import { checkRecords, writeRecord } from '../tools/validation/record-folder.ts'
import { filled, newFolders, read, run } from '../tools/validation/testing.ts'
import { SAMPLES_MAX } from '../tools/validation/validation-record.ts'
import { openRecords } from './record-run.ts'
import { MACHINE, Report } from './report.ts'

const folder = newFolders()
const { startedAt, endedAt } = run(0)
const times = { startedAt, endedAt }

test('the rows of a bench are kept as records, one for each part', () => {
  const place = folder()
  const row = { measured: '', target: '', verdict: '', numbers: {}, unit: 'ms' } as const
  const rows = [
    { ...row, section: 'Over HTTP', name: 'hybrid', samples: Array.from({ length: 5000 }, (_, at) => at) },
    { ...row, section: 'Over HTTP', name: '  processor time', samples: [1] },
    { ...row, section: 'Over HTTP', name: 'nothing measured', samples: [] },
    { ...row, section: 'The log: appends, proofs, verification', name: 'append', samples: [1, 2, 3] },
    { ...row, section: 'Policies: one decision', name: 'compiled', samples: [1] },
  ]
  const options = { documents: 10, questions: 1, rounds: 3, leaves: 5, seed: 7 }
  const paths = openRecords(new Set(['http', 'ledger', 'policy']), place)({ options, rows, ...times })
  expect(paths.map((path) => read(path).module)).toEqual(['memory', 'ledger', 'security'])
  const [memory] = paths.map(read)
  expect(memory?.metrics.map(({ name, samples }) => [name, samples.length])).toEqual([
    ['Over HTTP: hybrid', SAMPLES_MAX],
    ['Over HTTP: hybrid: processor time', 1],
  ])
  expect(memory?.metrics[0]?.summary.median).toBeCloseTo(2499.5, -1)
  expect(memory?.conditions).toEqual(options)
  expect(checkRecords(place).broken).toBeUndefined()
})

test('a run is refused before it, where records of a part that it measures are broken', () => {
  const { place, paths } = filled(folder())
  writeFileSync(paths[2]!, '{')
  expect(() => openRecords(new Set(['http', 'ledger']), place)).toThrow('it is not JSON; no record can follow it')
  for (const section of ['http', 'floor'] as const) expect(() => openRecords(new Set([section]), place)).not.toThrow()
})

test('decisions by policies count to security, before they are measured as well', () => {
  const place = folder()
  writeFileSync(writeRecord(place, run(0, { module: 'security' })), '{')
  expect(() => openRecords(new Set(['policy']), place)).toThrow('it is not JSON; no record can follow it')
  expect(() => openRecords(new Set(['http', 'ledger']), place)).not.toThrow()
})

test('nothing in a record names the machine', () => {
  const report = new Report({ quiet: true, targets: {} })
  const model = cpus()[0]?.model || 'a processor without a name'
  report.begin(MACHINE)
  report.value('processor cores', 2, `× ${model}`)
  report.begin('Over HTTP')
  report.value('hybrid', 2, 'ms')
  const options = { documents: 10, questions: 1, rounds: 3, leaves: 5, seed: 7 }
  const kept = openRecords(new Set(['floor', 'http']), folder())({ options, rows: report.rows, ...times })
  const texts = kept.map((path) => readFileSync(path, 'utf8'))
  expect(texts).toEqual([expect.stringContaining('"name":"Over HTTP: hybrid"')])
  expect(texts.join()).not.toContain(model)
})
