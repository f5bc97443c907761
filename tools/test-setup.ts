// Runs before all tests: the processes that they start are those of a clone whose files have rested.
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { makeBundle } from './build-bundle.ts'
import { ROOT } from './node-runtime.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder with the processes that exist for tests, as JavaScript; null where they run from their sources. */
    readonly children: string | null
  }
}

/** Processes that tests start, to kill them. */
const CHILDREN = [
  'packages/server/src/**/testing/*-child.ts',
  'packages/server/test/crash/*-child.ts',
  'packages/server/test/crash/store-writer.ts',
]

export default async function setUp(project: TestProject): Promise<void> {
  await makeBundles(project)
  project.onTestsRerun(() => makeBundles(project))
}

async function makeBundles(project: TestProject): Promise<void> {
  const entries = Object.fromEntries(globSync(CHILDREN, { cwd: ROOT }).map((path) => [nameOf(path), join(ROOT, path)]))
  try {
    await makeBundle(ROOT)
    project.provide('children', await makeBundle(ROOT, { name: 'children', entries, also: ['packages/server/test'] }))
  } catch (error) {
    // In continuous integration all of them would run what no person runs, and nobody would read the line.
    if (process.env.TEST_COUNT_FILE !== undefined) throw error
    // The tests themselves say what is wrong with the sources; the package's test says it of the bundle.
    process.stderr.write(`Processes of the tests run from the sources, because there is no bundle: ${error}\n`)
    project.provide('children', null)
  }
}

const nameOf = (path: string): string => basename(path, '.ts')
