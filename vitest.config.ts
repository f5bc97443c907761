import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { COMPILE_CACHE, PROGRAM_FLAGS } from './tools/node-runtime.mjs'
import { TestCountReporter } from './tools/test-count.ts'
import { LongFirst } from './tools/test-sequencer.ts'

/** Where .ci/run wants the count of the run; unset elsewhere. */
const countFile = process.env.TEST_COUNT_FILE

/** For the processes that tests start: many start the same modules. */
const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE

/** Where instances of tests keep what lies outside their data folders. */
const XDG_STATE_HOME = mkdtempSync(join(tmpdir(), 'cascade-state-'))
process.once('exit', () => rmSync(XDG_STATE_HOME, { recursive: true, force: true }))

const TESTS = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
]

/** Those that start programs by the dozen, or that change what a process has only one of. */
const STARTS_PROCESSES = [
  'packages/server/src/adapters/artifacts/*.test.ts',
  'packages/server/src/domain/capsules/import/*.test.ts',
  'packages/server/src/edge/cli/{mcp.e2e,shell-word}.test.ts',
  'packages/server/src/kernel/lifecycle/signals.test.ts',
  'packages/server/test/ledger-{flips,published}.test.ts',
  'packages/server/test/crash/{import-doors,ledger-crash,rotation-crash,store-crash}.test.ts',
  'tools/{check,clone-bundle,docs-commands,package}.test.ts',
  'tools/ledger-verifier/*.test.ts',
  'tools/limits/source-limits.test.ts',
]

export default defineConfig({
  ssr: { resolve: { conditions: ['node', 'import', 'default'] } },
  test: {
    projects: [
      // Starting a process takes the longer the more memory its parent has, some 70 ms at a gigabyte: these have one each.
      { extends: true, test: { name: 'processes', include: STARTS_PROCESSES } },
      // The others share a process and what it has loaded: starting one for each took longer than most of their tests. So a
      // test puts back what it changes of the process: its environment, its clock.
      { extends: true, test: { name: 'units', include: TESTS, exclude: STARTS_PROCESSES, isolate: false } },
    ],
    setupFiles: ['tools/test-threads.ts'],
    globalSetup: ['tools/test-setup.ts'],
    sequence: { sequencer: LongFirst },
    env: { NODE_COMPILE_CACHE, XDG_STATE_HOME },
    pool: 'forks',
    // As the command itself is started, and its threads.
    execArgv: [...PROGRAM_FLAGS],
    experimental: { viteModuleRunner: false },
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: countFile ? ['default', new TestCountReporter(countFile)] : ['default'],
  },
})
