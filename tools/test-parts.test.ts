import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './node-runtime.mjs'
import { partOfTests } from './test-parts.ts'

const FILES = globSync('{packages/*/{src,test},tools,bench}/**/*.test.ts', { cwd: ROOT }).sort()
const filesOf = (part: ReturnType<typeof partOfTests>): readonly string[] =>
  FILES.filter((file) => partOfTests(file) === part)

/** Those that run the suites of stores, of which the log is one among many. */
const SUITES = /\/(memory|platform)-store\.contract\.test\.ts$/

const IN_SERVER = 'packages/server/src'

test.for<{ readonly part: ReturnType<typeof partOfTests>; readonly files: readonly string[] }>([
  {
    part: 'ledger',
    files: [
      ...['contents', 'copies', 'disk', 'tree'].map((what) => `packages/server/test/log-${what}.test.ts`),
      ...['ledger-damage', 'record-writers', 'witness', 'crash/ledger-crash', 'crash/rotation-crash'].map(
        (name) => `packages/server/test/${name}.test.ts`,
      ),
      ...['cosigning', 'evidence-desk', 'ledger-check', 'log-cosigner', 'log-keys', 'open-log', 'witness'].map(
        (name) => `${IN_SERVER}/edge/jobs/${name}.test.ts`,
      ),
      `${IN_SERVER}/adapters/witnesses/http-witness.test.ts`,
      `${IN_SERVER}/edge/cli/evidence.e2e.test.ts`,
      `${IN_SERVER}/edge/http/witness-routes.test.ts`,
      `${IN_SERVER}/platform/evidence/verify-bundle.test.ts`,
      `${IN_SERVER}/platform/ledger/note/checkpoint.test.ts`,
      'tools/ledger-verifier/verifier.test.ts',
    ],
  },
  { part: 'identity', files: [`${IN_SERVER}/domain/identity/subjects.test.ts`] },
  {
    part: 'security',
    files: [
      `${IN_SERVER}/adapters/artifacts/process-cage.test.ts`,
      `${IN_SERVER}/edge/cli/commands/artifact.test.ts`,
      `${IN_SERVER}/edge/cli/render/artifact-lines.test.ts`,
      `${IN_SERVER}/edge/http/artifact-routes.test.ts`,
      `${IN_SERVER}/adapters/policies/corpus.test.ts`,
      `${IN_SERVER}/edge/cli/commands/policy.test.ts`,
      `${IN_SERVER}/platform/policy/compiled-engine.test.ts`,
      `${IN_SERVER}/platform/verification/checks.test.ts`,
      'tools/security-claims.test.ts',
    ],
  },
  {
    part: 'memory',
    files: [
      // Logs that are not that of what happened.
      `${IN_SERVER}/adapters/sqlite/lexical/text-log.test.ts`,
      `${IN_SERVER}/adapters/sqlite/log-reserve.test.ts`,
      `${IN_SERVER}/platform/observability/logger.test.ts`,
      'packages/server/test/crash/torn-log.test.ts',
      `${IN_SERVER}/domain/capsules/trust.test.ts`,
    ],
  },
  { part: undefined, files: ['tools/artifacts.test.ts', 'tools/check.test.ts', 'bench/options.test.ts'] },
])('files of tests that there are count to $part', ({ part, files }) => {
  expect(filesOf(part)).toEqual(expect.arrayContaining([...files]))
})

test.for([
  ['ledger', /from '(#(ledger|evidence)'|[^']*\/(platform\/(ledger|evidence)|adapters\/witnesses)\/)/],
  [
    'security',
    /from '(#(verification|policy)'|[^']*\/(platform\/(verification|policy)|adapters\/(artifacts|policies))\/)/,
  ],
] as const)('no file of tests of the memory is about parts of %s alone', ([, imports]) => {
  const others = filesOf('memory').filter((file) => !SUITES.test(file))
  expect(others.filter((file) => imports.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
})
