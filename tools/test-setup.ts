// Runs before all tests: the processes that they start are those of a clone whose files have rested.
import type { TestProject } from 'vitest/node'
import { makeBundle } from './build-bundle.ts'
import { ROOT } from './node-runtime.mjs'

export default async function setUp(project: TestProject): Promise<void> {
  await makeBundle(ROOT).catch(tell)
  project.onTestsRerun(() => makeBundle(ROOT).catch(tell))
}

/** The tests themselves say what is wrong with the sources; the package's test says it of the bundle. */
function tell(error: unknown): void {
  process.stderr.write(`Processes of the tests run from the sources, because there is no bundle: ${error}\n`)
}
