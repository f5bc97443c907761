import { artifactParams, artifactVerification, verifyArtifactBody, verifyArtifactLine } from '../artifact.ts'
import { json, type RouteDefinition } from './route.ts'

const HASH = '6c1f0a3fcb5d9a8b2f6c6d7a1e0f4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a'
const AT = '2026-03-01T09:00:00.000Z'
const RECORDED_EXAMPLE = {
  digest: HASH,
  score: 0.8,
  passed: true,
  report_sha256: HASH,
  verified_at: AT,
  ledger_index: 4711,
}
const VERIFIED_EXAMPLE = {
  report: {
    v: 1 as const,
    artifact: { digest: HASH, files: 3, bytes: 4096, name: 'word-count', version: '1.2.0' },
    verified_at: AT,
    verifier: 'forge-cascade 0.1.0',
    passed: true,
    score: 0.8,
    checks: [{ name: 'structure', outcome: 'passed' as const, weight: 1, detail: '3 files as declared', ms: 1 }],
  },
  canonical: '{"artifact":{"bytes":4096}}',
  report_sha256: HASH,
  ledger_index: 4711,
}

/** What comes from elsewhere, looked at before it is trusted. */
export const ARTIFACTS = [
  {
    id: 'verifyArtifact',
    method: 'POST',
    path: '/v2/artifacts/verify',
    tag: 'Artifacts',
    summary: 'Verify a file or a folder on this machine, and record what was found',
    description:
      'Digest, structure, signature, capabilities and, where that is asked for, the tests that the artifact declares. Lines tell which check is under way; the last one is the report with the entry of the log that holds its digest. Answered on the local socket alone: it reads files of this machine and may run code.',
    access: { action: 'artifact.verify' },
    body: { schema: verifyArtifactBody, example: { path: '/srv/artifacts/word-count', run_tests: true } },
    responses: {
      200: {
        description: 'Lines of JSON.',
        schema: verifyArtifactLine,
        contentType: 'application/x-ndjson',
        example: VERIFIED_EXAMPLE,
      },
    },
    errors: ['SOURCE_UNREADABLE', 'UNPROCESSABLE'],
    localOnly: true,
    unhurried: true,
  },
  {
    id: 'getArtifactVerification',
    method: 'GET',
    path: '/v2/artifacts/{digest}/verification',
    tag: 'Artifacts',
    summary: 'What the log says of an artifact: its newest verification',
    access: { action: 'artifact.read' },
    params: artifactParams,
    responses: { 200: json('The newest verification.', artifactVerification, RECORDED_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
] as const satisfies readonly RouteDefinition[]
