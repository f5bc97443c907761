import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT } from './node-runtime.mjs'
import { isLong, LONG_FILES } from './test-sequencer.ts'

const tests = ['packages/*/{src,test}/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'].flatMap((pattern) =>
  globSync(pattern, { cwd: ROOT }),
)

test.for(LONG_FILES.map((pattern) => ({ pattern })))('$pattern is about a file that is there', ({ pattern }) => {
  expect(tests.filter((path) => pattern.test(path))).not.toEqual([])
})

test.for([
  { path: 'tools/package.test.ts', measuredMs: undefined, long: true },
  { path: 'tools/package.test.ts', measuredMs: 0, long: true },
  { path: 'tools/package.test.ts', measuredMs: 900, long: false },
  { path: 'tools/check.test.ts', measuredMs: undefined, long: false },
  { path: 'tools/check.test.ts', measuredMs: 40_000, long: true },
])('$path of $measuredMs ms is long: $long', ({ path, measuredMs, long }) => {
  expect(isLong(path, measuredMs)).toBe(long)
})
