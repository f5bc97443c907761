import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { recordRun } from '../../bench/record-run.ts'
import { formatVerifierKey } from '../../packages/server/src/platform/ledger/index.ts'
import { recordTests } from '../record-tests.ts'
import { checkRecords, environmentHere, parseRecord, writeRecord } from './record-folder.ts'
import { checkSealed, IMMUTABLE, sealRecord } from './seal-record.ts'
import { digestOf, type Run, recordText, SAMPLES_MAX, type ValidationRecord } from './validation-record.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-records-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const folder = (): string => mkdtempSync(join(root, 'r-'))

const run = (at: number, more: Partial<Run> = {}): Run => ({
  ...{ module: 'ledger', kind: 'benchmark', conditions: { documents: 10 }, tests: null },
  environment: environmentHere(),
  startedAt: new Date(Date.UTC(2026, 2, 1, 9, at)),
  endedAt: new Date(Date.UTC(2026, 2, 1, 9, at, 30)),
  metrics: [{ name: 'append', unit: 'ms', samples: [3 + at, 1 + at, 2 + at] }],
  ...more,
})

function read(path: string): ValidationRecord {
  const record = parseRecord(readFileSync(path, 'utf8'))
  if (typeof record === 'string') throw new Error(record)
  return record
}

/** A folder with three records of one module and one of another, and their paths. */
function filled() {
  const place = folder()
  const paths = [0, 1, 2].map((at) => writeRecord(place, run(at)))
  writeRecord(place, run(0, { module: 'memory' }))
  return { place, paths }
}

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
    expect(read(writeRecord(place, others)).metrics[0]?.summary.compared?.median).toBe(6)
    expect(checkRecords(place)).toMatchObject({ records: 7, broken: undefined })
    expect(last.metrics[0]?.summary.compared?.sha256).toBe(digestOf(readFileSync(wanted, 'utf8')))
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
    const { place } = filled()
    expect(() => writeRecord(place, wrong)).toThrow(says)
    expect(checkRecords(place)).toMatchObject({ records: 4, broken: undefined })
  })
})

describe('records are verified', () => {
  test('where there are none, and where all of them hold', () => {
    expect(checkRecords(join(root, 'absent'))).toEqual({ records: 0, modules: [], broken: undefined })
    expect(checkRecords(filled().place)).toEqual({ records: 4, modules: ['ledger', 'memory'], broken: undefined })
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
    const { place, paths } = filled()
    damage(paths)
    const { broken } = checkRecords(place)
    expect(broken?.reason).toMatch(says)
    expect(broken?.file).toBe(typeof at === 'string' ? at : basename(paths[at]!))
    expect(() => writeRecord(place, run(20))).toThrow('no record can follow it')
  })
})

describe('sealed evidence', () => {
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const keys = { privateKey, keyName: 'release.example' }
  function sealed() {
    const { place, paths } = filled()
    const { path, key } = sealRecord(place, paths[0]!, keys)
    return { place, path, key, paths }
  }

  test('is a copy that nobody writes, with a note that its key verifies', () => {
    const { place, path, key, paths } = sealed()
    expect(readFileSync(path)).toEqual(readFileSync(paths[0]!))
    for (const file of [path, `${path}.note`]) expect(statSync(file).mode & 0o777).toBe(0o444)
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
    expect(checkRecords(place)).toMatchObject({ records: 4, broken: undefined })
  })

  test('is never written over', () => {
    const { place, path, paths } = sealed()
    const before = readFileSync(`${path}.note`, 'utf8')
    expect(() => sealRecord(place, paths[0]!, keys)).toThrow('EEXIST')
    expect(readFileSync(`${path}.note`, 'utf8')).toBe(before)
  })

  test.for<{ readonly name: string; readonly damage: (path: string) => void; readonly says: string }>([
    { name: 'another byte', damage: (path) => alter(path), says: 'it is not what was signed' },
    { name: 'another note', damage: (path) => alter(`${path}.note`), says: 'no named key signed its note' },
    { name: 'no note', damage: (path) => rmSync(`${path}.note`), says: 'it has no signed note' },
    { name: 'a note alone', damage: (path) => rmSync(path), says: 'a note about a record that is not there' },
  ])('with $name is named', ({ damage, says }) => {
    const { place, path, key } = sealed()
    damage(path)
    expect(checkSealed(place, [key]).broken?.reason).toContain(says)
  })

  test('that broke off before its record is gone on with, whatever draft was left', () => {
    const { place, path, key, paths } = sealed()
    const note = readFileSync(`${path}.note`, 'utf8')
    rmSync(path)
    for (const draft of [`${path}.draft`, `${path}.note.draft`]) writeFileSync(draft, 'cut o', { mode: 0o444 })
    expect(checkSealed(place, [key]).broken?.reason).toContain('seal the record again')
    expect(sealRecord(place, paths[0]!, keys)).toEqual({ path, key })
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
    expect(readFileSync(`${path}.note`, 'utf8')).toBe(note)
  })

  test('that broke off before its note begins anew', () => {
    const { place, path, key, paths } = sealed()
    for (const file of [path, `${path}.note`]) rmSync(file)
    writeFileSync(`${path}.note.draft`, 'cut o', { mode: 0o444 })
    expect(checkSealed(place, [key])).toEqual({ sealed: 0, broken: undefined })
    sealRecord(place, paths[0]!, keys)
    expect(checkSealed(place, [key])).toEqual({ sealed: 1, broken: undefined })
    expect(readdirSync(join(place, IMMUTABLE)).filter((name) => name.endsWith('.draft'))).toEqual([])
  })

  test.for<{ readonly name: string; readonly note: (path: string) => void }>([
    { name: 'another key', note: (path) => writeFileSync(path, readFileSync(`${sealed().path}.note`)) },
    { name: 'nobody', note: (path) => writeFileSync(path, '') },
  ])('is not gone on with where the note is of $name', ({ note }) => {
    const { place, path, paths } = sealed()
    const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    rmSync(path)
    chmodSync(`${path}.note`, 0o644)
    note(`${path}.note`)
    const before = readFileSync(`${path}.note`, 'utf8')
    const given = { ...keys, privateKey: other }
    expect(() => sealRecord(place, paths[0]!, given)).toThrow('EEXIST')
    expect(readFileSync(`${path}.note`, 'utf8')).toBe(before)
    expect(existsSync(path)).toBe(false)
  })

  test('of another key is named', () => {
    expect(checkSealed(sealed().place, [sealed().key]).broken).toBeUndefined()
    expect(checkSealed(sealed().place, []).broken?.reason).toBe('no named key signed its note')
  })

  test('is made of records alone', () => {
    const { place } = filled()
    const other = join(place, 'other.json')
    writeFileSync(other, '{}')
    expect(() => sealRecord(place, other, keys)).toThrow('is no record')
    expect(existsSync(join(place, IMMUTABLE))).toBe(false)
  })

  function alter(path: string): void {
    chmodSync(path, 0o644)
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
  }

  test('is sealed and verified by the commands', () => {
    const { place, paths } = filled()
    const keyFile = join(place, 'release.key')
    writeFileSync(keyFile, privateKey, { mode: 0o600 })
    const artifacts = (...args: string[]) => {
      const argv = ['--disable-warning=ExperimentalWarning', 'tools/artifacts.ts', ...args, '--folder', place]
      return execFileSync(process.execPath, argv, { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' })
    }
    const said = artifacts('seal', paths[0]!, '--key-file', keyFile, '--name', 'release.example')
    const key = said.split('verifier key ')[1]!.trim()
    expect(key).toBe(formatVerifierKey(sealRecord(folder(), paths[0]!, keys).key))
    expect(artifacts('verify', '--key', key)).toBe('sound: 4 records of ledger, memory; 1 sealed\n')
    rmSync(paths[1]!)
    expect(() => artifacts('verify', '--key', key)).toThrow(expect.objectContaining({ status: 7 }))
    expect(() => artifacts('verify', '--key', 'x')).toThrow(expect.objectContaining({ status: 2 }))
    expect(() => artifacts('nothing')).toThrow(expect.objectContaining({ status: 2 }))
  })
})

describe('whoever measures or tests', () => {
  test('keeps the rows of a bench as records, one for each part', () => {
    const place = folder()
    const row = { measured: '', target: '', verdict: '', numbers: {}, unit: 'ms' } as const
    const rows = [
      { ...row, section: 'Over HTTP', name: 'hybrid', samples: Array.from({ length: 5000 }, (_, at) => at) },
      { ...row, section: 'Over HTTP', name: '  processor time', samples: [1] },
      { ...row, section: 'Over HTTP', name: 'nothing measured', samples: [] },
      { ...row, section: 'The log: appends, proofs, verification', name: 'append', samples: [1, 2, 3] },
    ]
    const options = { documents: 10, questions: 1, rounds: 3, leaves: 5, seed: 7 }
    const { startedAt, endedAt } = run(0)
    const paths = recordRun({ options, rows, startedAt, endedAt }, place)
    expect(paths.map((path) => read(path).module)).toEqual(['memory', 'ledger'])
    const [memory] = paths.map(read)
    expect(memory?.metrics.map(({ name, samples }) => [name, samples.length])).toEqual([
      ['Over HTTP: hybrid', SAMPLES_MAX],
      ['Over HTTP: hybrid: processor time', 1],
    ])
    expect(memory?.metrics[0]?.summary.median).toBeCloseTo(2499.5, -1)
    expect(memory?.conditions).toEqual(options)
    expect(checkRecords(place).broken).toBeUndefined()
  })

  test('keeps the counts of a run of the tests, one record for each part', () => {
    const place = folder()
    const files = [
      { file: 'packages/server/src/platform/ledger/leaf.test.ts', passed: 3, failed: 1, skipped: 0 },
      { file: 'packages/server/test/ledger-damage.test.ts', passed: 2, failed: 0, skipped: 1 },
      { file: 'packages/server/src/domain/identity/subjects.test.ts', passed: 5, failed: 0, skipped: 0 },
      { file: 'packages/server/src/domain/capsules/trust.test.ts', passed: 7, failed: 0, skipped: 0 },
      { file: 'tools/check.test.ts', passed: 9, failed: 0, skipped: 0 },
    ]
    const [startedAt, endedAt] = ['2026-03-01T09:00:00.000Z', '2026-03-01T09:00:10.000Z']
    const paths = recordTests({ passed: 26, failed: [], skipped: [], broken: [], files, startedAt, endedAt }, place)
    expect(paths.map(read).map(({ module, tests }) => [module, tests?.passed, tests?.failed, tests?.skipped])).toEqual([
      ['identity', 5, 0, 0],
      ['ledger', 5, 1, 1],
      ['memory', 7, 0, 0],
    ])
    expect(checkRecords(place).broken).toBeUndefined()
  })
})
