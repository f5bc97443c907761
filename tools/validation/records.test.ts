import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkRecords, writeRecord } from './record-folder.ts'
import { filled, newFolders, read, run } from './testing.ts'
import { digestOf, type Run, recordText, SAMPLES_MAX, type ValidationRecord } from './validation-record.ts'

const folder = newFolders()

describe('a record', () => {
  test('has what the samples come to, and the digest of the one before', () => {
    const place = folder()
    const [first, second] = [writeRecord(place, run(0)), writeRecord(place, run(5))]
    expect(basename(first)).toBe('ledger_validation_2026-03-01T09-00-30-000Z.json')
    expect(read(first)).toMatchObject({ v: 1, module: 'ledger', previous_sha256: null })
    const { previous_sha256, metrics } = read(second)
    expect(previous_sha256).toBe(digestOf(readFileSync(first, 'utf8')))
    expect(metrics[0]?.summary).toEqual({
      median: 7,
      interval: expect.objectContaining({ level: 0.95, low: 6, high: 8, resamples: 10_000 }),
      variation: expect.closeTo(1 / 7, 12),
      unsteady: true,
      compared: { sha256: previous_sha256, median: 2, u: 9, p: expect.closeTo(0.1, 12) },
    })
  })

  test('names no machine', () => {
    expect(Object.keys(read(writeRecord(folder(), run(0))).environment).toSorted()).toEqual([
      ...['arch', 'cores', 'node', 'platform'],
    ])
  })

  test('is compared with the newest that measured the same under the same conditions', () => {
    const place = folder()
    const wanted = writeRecord(place, run(0))
    writeRecord(place, run(1, { conditions: { documents: 11 } }))
    writeRecord(place, run(2, { metrics: [{ name: 'other', unit: 'ms', samples: [1] }] }))
    writeRecord(place, run(3, { metrics: [{ name: 'append', unit: 's', samples: [1] }] }))
    writeRecord(place, run(4, { kind: 'test', tests: { passed: 1, failed: 0, skipped: 0 } }))
    const last = read(writeRecord(place, run(5)))
    expect(last.metrics[0]?.summary.compared?.sha256).not.toBe(last.previous_sha256)
    const others = run(6, { kind: 'test' })
    expect(read(writeRecord(place, others)).metrics[0]?.summary.compared).toMatchObject({ median: 6 })
    expect(checkRecords(place)).toMatchObject({ records: 7, broken: undefined })
    expect(last.metrics[0]?.summary.compared?.sha256).toBe(digestOf(readFileSync(wanted, 'utf8')))
  })

  test('is not compared with one of another environment, and says what differs', () => {
    const place = folder()
    const environment = { node: '24.20.0', platform: 'linux', arch: 'x64', cores: 2 }
    const wanted = writeRecord(place, run(0, { environment }))
    const other = writeRecord(place, run(1, { environment: { ...environment, node: '24.21.0', cores: 16 } }))
    const comparedOf = (path: string) => read(path).metrics[0]?.summary.compared
    expect(comparedOf(other)).toEqual({
      sha256: digestOf(readFileSync(wanted, 'utf8')),
      not_compared: 'node 24.20.0, now 24.21.0; cores 2, now 16',
    })
    const back = writeRecord(place, run(2, { environment }))
    expect(comparedOf(back)).toMatchObject({ sha256: digestOf(readFileSync(wanted, 'utf8')), median: 2 })
    expect(checkRecords(place)).toMatchObject({ records: 3, broken: undefined })
  })

  test.for<{ readonly what: string; readonly run: Run; readonly says: RegExp }>([
    // A module comes from the command line of whoever records, so it may be any text.
    {
      what: 'of a module that there is not',
      run: run(9, { module: 'nothing' as Run['module'] }),
      says: /must be one of memory/,
    },
    {
      what: 'whose name leads elsewhere',
      run: run(9, { module: '../x' as Run['module'] }),
      says: /must be one of memory/,
    },
    {
      what: 'without a sample',
      run: run(9, { metrics: [{ name: 'a', unit: '', samples: [] }] }),
      says: /at least one value/,
    },
    {
      what: 'with a sample that is no number',
      run: run(9, { metrics: [{ name: 'a', unit: '', samples: [Number.NaN] }] }),
      says: /number/,
    },
    {
      what: 'with more samples than a record keeps',
      run: run(9, { metrics: [{ name: 'a', unit: '', samples: Array(SAMPLES_MAX + 1).fill(1) }] }),
      says: /1000/,
    },
    { what: 'that is not after the last', run: run(2), says: /is not after/ },
  ])('$what is not written', ({ run: wrong, says }) => {
    const { place } = filled(folder())
    expect(() => writeRecord(place, wrong)).toThrow(says)
    expect(checkRecords(place)).toMatchObject({ records: 4, broken: undefined })
  })
})

describe('records are verified', () => {
  test('where there are none, and where all of them hold', () => {
    expect(checkRecords(join(folder(), 'absent'))).toEqual({ records: 0, modules: [], broken: undefined })
    expect(checkRecords(filled(folder()).place)).toEqual({
      records: 4,
      modules: ['ledger', 'memory'],
      broken: undefined,
    })
  })

  const rewrite = (path: string, change: (record: ValidationRecord) => ValidationRecord): void =>
    writeFileSync(path, recordText(change(read(path))))
  const cases: readonly {
    readonly what: string
    readonly damage: (paths: string[]) => void
    readonly at: number | string
    readonly says: RegExp
  }[] = [
    {
      what: 'is missing',
      damage: ([, second]) => rmSync(second!),
      at: 2,
      says: /^it follows [0-9a-f]{64}, and the record before it is/,
    },
    { what: 'first is missing', damage: ([first]) => rmSync(first!), at: 1, says: /is missing$/ },
    {
      what: 'has another sample',
      damage: ([first]) =>
        rewrite(first!, (it) => ({ ...it, metrics: it.metrics.map((metric) => ({ ...metric, samples: [9, 9] })) })),
      at: 0,
      says: /numbers of "append" do not follow/,
    },
    {
      what: 'has another count that nothing is worked out of',
      damage: ([first]) => rewrite(first!, (it) => ({ ...it, tests: { passed: 1, failed: 0, skipped: 0 } })),
      at: 1,
      says: /^it follows/,
    },
    {
      what: 'says that the difference is none',
      damage: ([, , third]) =>
        rewrite(third!, (it) => ({
          ...it,
          metrics: it.metrics.map((metric) => ({ ...metric, summary: { ...metric.summary, compared: null } })),
        })),
      at: 2,
      says: /do not follow/,
    },
    {
      what: 'is written otherwise',
      damage: ([first]) => writeFileSync(first!, JSON.stringify(read(first!), null, 2)),
      at: 0,
      says: /its bytes/,
    },
    { what: 'is no JSON', damage: ([, second]) => writeFileSync(second!, '{'), at: 1, says: /it is not JSON/ },
    { what: 'is of another version', damage: ([, second]) => writeFileSync(second!, '{"v":2}'), at: 1, says: /^\/v: / },
    {
      what: 'stands under another time',
      damage: ([, , third]) => renameSync(third!, third!.replace('09-02', '09-03')),
      at: 'ledger_validation_2026-03-01T09-03-30-000Z.json',
      says: /it says that it is/,
    },
    {
      what: 'is there twice',
      damage: ([first]) => copyFileSync(first!, first!.replace('09-00', '08-59')),
      at: 'ledger_validation_2026-03-01T08-59-30-000Z.json',
      says: /it says that it is/,
    },
    {
      what: 'ended before it began',
      damage: ([first]) => rewrite(first!, (it) => ({ ...it, started_at: '2026-03-01T09:00:30.001Z' })),
      at: 0,
      says: /ended before/,
    },
  ]

  test.for(cases)('one that $what is named, and none follows it', ({ damage, at, says }) => {
    const { place, paths } = filled(folder())
    damage(paths)
    const { broken } = checkRecords(place)
    expect(broken?.reason).toMatch(says)
    expect(broken?.file).toBe(typeof at === 'string' ? at : basename(paths[at]!))
    expect(() => writeRecord(place, run(20))).toThrow('no record can follow it')
  })
})
