import { writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

export interface SkippedTest {
  readonly name: string
  /** What the test said when it skipped itself (`context.skip(reason)`). */
  readonly reason: string | undefined
}

export interface FailedTest {
  /** `file > suite > test`. */
  readonly name: string
  /** The first line of its first error. */
  readonly message: string
}

/** What a run of the tests came to. */
export interface TestCount {
  readonly passed: number
  readonly failed: readonly FailedTest[]
  readonly skipped: readonly SkippedTest[]
  /** Files that broke outside of their tests, and errors that belong to no test. */
  readonly broken: readonly string[]
  /** Each file with its own counts. */
  readonly files: readonly TestedFile[]
  /** RFC 3339. */
  readonly startedAt: string
  readonly endedAt: string
}

export interface TestedFile {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Writes the count of a run as JSON to `file`, for tools/test-summary.ts. */
export class TestCountReporter implements Reporter {
  readonly #file: string
  #startedAt = new Date()

  constructor(file: string) {
    this.#file = file
  }

  onTestRunStart(): void {
    this.#startedAt = new Date()
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly { readonly message: string }[]): void {
    writeFileSync(this.#file, JSON.stringify(countOf(modules, errors, this.#startedAt)))
  }
}

function countOf(
  modules: readonly TestModule[],
  errors: readonly { readonly message: string }[],
  startedAt: Date,
): TestCount {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const broken = modules.filter((module) => module.errors().length > 0 || suiteErrors(module) > 0)
  return {
    passed: tests.filter((test) => stateOf(test) === 'passed').length,
    failed: tests.filter((test) => stateOf(test) === 'failed').map(failedTest),
    skipped: tests.filter((test) => !['passed', 'failed'].includes(stateOf(test))).map(skippedTest),
    broken: [...broken.map((module) => module.relativeModuleId), ...errors.map(({ message }) => message)],
    files: modules.map(fileOf),
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
  }
}

/** A file that broke outside of its tests counts as one that failed. */
function fileOf(module: TestModule): TestedFile {
  const states = [...module.children.allTests()].map(stateOf)
  const count = (state: string): number => states.filter((each) => each === state).length
  const isBroken = module.errors().length > 0 || suiteErrors(module) > 0
  const [passed, failed] = [count('passed'), count('failed') + Number(isBroken)]
  return { file: module.relativeModuleId, passed, failed, skipped: states.length - passed - count('failed') }
}

const suiteErrors = (module: TestModule): number =>
  [...module.children.allSuites()].reduce((sum, suite) => sum + suite.errors().length, 0)

const stateOf = (test: TestCase): string => test.result().state

const failedTest = (test: TestCase): FailedTest => ({
  name: `${test.module.relativeModuleId} > ${test.fullName}`,
  message: firstLine(test.result().errors?.[0]?.message ?? ''),
})

/** Errors of a terminal program may be coloured, and some begin with an empty line. */
const firstLine = (text: string): string => stripVTControlCharacters(text).trim().split('\n', 1)[0]?.trimEnd() ?? ''

function skippedTest(test: TestCase): SkippedTest {
  const result = test.result()
  return { name: test.fullName, reason: result.state === 'skipped' ? result.note : 'it did not run' }
}
