import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { benchmarkPage } from './benchmark-page.ts'
import { parseOptions } from './options.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../docs/reference/benchmarks.md'), 'utf8')
/** What differs from run to run, beside headings and tables. */
const SUMMARY = /^[\d,]+ documents, seed \d+; \d+ cores, .+; \d+ s in all\.$|^\d+ targets met, \d+ missed\.$|^#|^\|/

const made = (rows: Parameters<typeof benchmarkPage>[0]['rows']): string =>
  benchmarkPage({ date: new Date('2026-11-21'), seconds: 1, options: parseOptions([]), rows })

test('the page of benchmarks holds nothing that the bench did not write', () => {
  const written = new Set(made([]).split('\n'))
  const byHand = PAGE.split('\n').filter((line) => line !== '' && !written.has(line) && !SUMMARY.test(line))
  expect(byHand).toEqual([])
})

test('targets are counted as they were met and missed, and sections come in the order of the run', () => {
  const row = { name: 'a', measured: '1 ms', numbers: { p50: 1 }, target: 'p50 ≤ 2', samples: [1], unit: 'ms' }
  const page = made([
    { ...row, section: 'The machine', target: '', verdict: '' },
    { ...row, section: 'Second', verdict: 'met' },
    { ...row, section: 'Second', verdict: 'missed' },
  ])
  expect(page).toContain('\n1 targets met, 1 missed.\n')
  expect(page.match(/^### .*/gm)).toEqual(['### The machine', '### Second'])
})
