import type { ArtifactManifest } from '@forge-cascade/contract'
import type { Artifact } from '../artifact.ts'
import type { CagedEnd, TestCage } from '../test-cage.ts'
import {
  type CheckResult,
  failed,
  isResult,
  manifestOr,
  passed,
  skipped,
  type VerificationCheck,
} from '../verification-check.ts'

/**
 * Runs the tests that the artifact declares, one after the other, in a cage; the first that fails ends it. Nothing runs
 * where another check has failed before.
 *
 * @param cage undefined where nobody asked for its code to be run.
 */
export const testCheck = (cage: TestCage | undefined): VerificationCheck => ({
  name: 'tests',
  weight: 1,
  run: (subject, signal) => {
    const manifest = manifestOr(subject, 'nothing says which tests it has')
    if (isResult(manifest)) return manifest
    if (manifest.tests.length === 0) return skipped('it declares none')
    if (cage === undefined) return skipped(`${manifest.tests.length} declared; it was not asked to run them`)
    const [trouble] = subject.failed
    if (trouble !== undefined) return skipped(`not run: ${trouble} failed`)
    return runAll(subject.artifact, manifest, cage, signal)
  },
})

async function runAll(
  artifact: Artifact,
  { tests }: ArtifactManifest,
  cage: TestCage,
  signal: AbortSignal,
): Promise<CheckResult> {
  await using opened = await cage.open(artifact)
  for (const [at, { name, file, args, timeout_ms }] of tests.entries()) {
    const end = await opened.run({ file, args, timeoutMs: timeout_ms }, signal)
    if (end.kind === 'passed') continue
    return failed(`${JSON.stringify(name)} (${at + 1} of ${tests.length}) ${sayEnd(end, timeout_ms)}`)
  }
  return passed(`${tests.length} passed; ${opened.description}`)
}

function sayEnd(end: Exclude<CagedEnd, { readonly kind: 'passed' }>, timeoutMs: number): string {
  if (end.kind === 'late') return `was ended after ${timeoutMs} ms`
  if (end.kind === 'talkative') return `was ended: it printed more than ${end.bytesMax} bytes`
  const how = end.kind === 'killed' ? `ended by ${end.signal}` : `ended with exit code ${end.code}`
  return end.said === '' ? how : `${how}: ${end.said}`
}
