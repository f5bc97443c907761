import { type ArtifactManifest, MANIFEST_FILE } from '@forge-cascade/contract'
import { type Artifact, shown } from '../artifact.ts'
import { pathProblem } from '../artifact-path.ts'
import { failed, passed, skipped, type VerificationCheck } from '../verification-check.ts'

/** Holds the files against the manifest, and both against what an artifact may be. */
export const structureCheck: VerificationCheck = {
  name: 'structure',
  weight: 1,
  run: ({ artifact, manifest }) => {
    if (artifact.problems.length > 0) return failed(artifact.problems.join('; '))
    if (manifest === undefined) return skipped('no manifest: nothing says which files belong to it')
    if ('unreadable' in manifest) return failed(`${MANIFEST_FILE}: ${manifest.unreadable}`)
    const trouble = troubleOf(artifact, manifest)
    return trouble === undefined ? passed(`${artifact.files.length} files as declared`) : failed(trouble)
  },
}

/** The first difference between what is declared and what is there. */
function troubleOf({ files }: Artifact, manifest: ArtifactManifest): string | undefined {
  const declared = new Map(manifest.files.map((file) => [file.path, file]))
  if (declared.size < manifest.files.length) return 'a file is declared twice'
  if (declared.has(MANIFEST_FILE)) return `${MANIFEST_FILE} declares itself`
  for (const path of declared.keys()) {
    const problem = pathProblem(path)
    if (problem !== undefined) return `the declared path ${shown(path)} ${problem}`
  }
  const there = files.filter(({ path }) => path !== MANIFEST_FILE)
  for (const { path, bytes, sha256 } of there) {
    const expected = declared.get(path)
    if (!expected) return `${shown(path)} is not declared`
    if (expected.bytes !== bytes.length) return `${shown(path)} has ${bytes.length} bytes, not ${expected.bytes}`
    if (expected.sha256 !== sha256) return `${shown(path)} has another SHA-256 than declared`
    declared.delete(path)
  }
  const [missing] = declared.keys()
  if (missing !== undefined) return `${shown(missing)} is declared and not there`
  const paths = new Set(there.map(({ path }) => path))
  const test = manifest.tests.find(({ file }) => !paths.has(file))
  return test && `the test ${shown(test.name)} is in ${shown(test.file)}, which is not there`
}
