// `npm run artifacts:tests -- <file>`: keeps the count of a run of the tests (TEST_COUNT_FILE) as a record for each part.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../packages/server/src/base/index.ts'
import type { TestCount } from './test-count.ts'
import { partOfTests } from './test-parts.ts'
import { environmentHere, RECORDS, writeRecord } from './validation/record-folder.ts'

const USAGE = `TEST_COUNT_FILE=count.json npm test
npm run artifacts:tests -- count.json`
const WRONG = 2

/** Writes a record for each part that has tests. @returns their paths. */
export function recordTests(count: TestCount, folder: string): readonly string[] {
  const parts = new Set(count.files.map(({ file }) => partOfTests(file)).filter((part) => part !== undefined))
  return [...parts].sort().map((module) => {
    const files = count.files.filter(({ file }) => partOfTests(file) === module)
    const sum = (of: 'passed' | 'failed' | 'skipped'): number => files.reduce((all, file) => all + file[of], 0)
    return writeRecord(folder, {
      ...{ module, kind: 'test', environment: environmentHere(), conditions: {}, metrics: [] },
      startedAt: new Date(count.startedAt),
      endedAt: new Date(count.endedAt),
      tests: { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
    })
  })
}

if (import.meta.main) process.exitCode = main(process.argv[2])

function main(file: string | undefined): number {
  if (file === undefined) return refuse('A file with the count of a run is needed.')
  const count = readCount(file)
  if (typeof count === 'string') return refuse(count)
  for (const path of recordTests(count, join(import.meta.dirname, '..', RECORDS)))
    process.stdout.write(`recorded in ${path}\n`)
  return 0
}

/** The count in a file, or why there is none. */
function readCount(file: string): TestCount | string {
  try {
    // The file is written by TestCountReporter of the same version.
    return JSON.parse(readFileSync(file, 'utf8')) as TestCount
  } catch (error) {
    return `${file} holds no count of a run: ${messageOf(error)}`
  }
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n${USAGE}\n`)
  return WRONG
}
