import { z } from 'zod'
import { timestamp } from './capsule.ts'

/** What an artifact may be: what is larger is refused before it is looked at. */
export const ARTIFACT_LIMITS = {
  bytesMax: 64 * 1024 * 1024,
  filesMax: 10_000,
  pathBytesMax: 1024,
  depthMax: 32,
  manifestBytesMax: 1024 * 1024,
  capabilitiesMax: 256,
  nameLengthMax: 200,
  testsMax: 32,
  testArgumentsMax: 32,
  testMsMax: 60_000,
  testsMsMax: 480_000,
  keysMax: 16,
  noteLengthMax: 10_000,
} as const

/** Name of the file in which an artifact says what it is. */
export const MANIFEST_FILE = 'cascade-artifact.json'
/** A test that names no time has this much. */
export const TEST_MS_DEFAULT = 10_000

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected SHA-256 as 64 lower-case hex digits')
const name = z.string().min(1).max(ARTIFACT_LIMITS.nameLengthMax)
const path = z.string().min(1).max(ARTIFACT_LIMITS.pathBytesMax)
const capability = name.regex(/^[a-z][a-z0-9._:/*-]*$/, 'expected lower-case words such as capsules.read')

/** What an artifact says of itself: the members of `cascade-artifact.json`. */
export const artifactManifest = z
  .strictObject({
    v: z.literal(1).describe('Version of this format.'),
    name: name.describe('What it is called; the same in all its versions.'),
    version: name,
    capabilities: z
      .array(capability)
      .max(ARTIFACT_LIMITS.capabilitiesMax)
      .describe('Every power that it needs; empty for none.'),
    files: z
      .array(z.strictObject({ path, bytes: z.int().min(0), sha256: hash }))
      .max(ARTIFACT_LIMITS.filesMax)
      .describe('Every file but the manifest itself.'),
    tests: z
      .array(
        z.strictObject({
          name,
          file: path.describe('A JavaScript file of the artifact; it passes by ending with exit code 0.'),
          args: z
            .array(z.string().max(ARTIFACT_LIMITS.nameLengthMax))
            .max(ARTIFACT_LIMITS.testArgumentsMax)
            .default([]),
          timeout_ms: z.int().min(1).max(ARTIFACT_LIMITS.testMsMax).default(TEST_MS_DEFAULT),
        }),
      )
      .max(ARTIFACT_LIMITS.testsMax)
      .refine((tests) => tests.reduce((sum, { timeout_ms }) => sum + timeout_ms, 0) <= ARTIFACT_LIMITS.testsMsMax, {
        error: `must not ask for more than ${ARTIFACT_LIMITS.testsMsMax} ms together`,
      })
      .default([]),
  })
  .meta({ id: 'ArtifactManifest' })
export type ArtifactManifest = z.infer<typeof artifactManifest>

const onMachine = z.string().min(1).max(4096)

export const verifyArtifactBody = z.strictObject({
  path: onMachine.describe('The file or folder, in full, on the machine of the instance.'),
  manifest: z
    .string()
    .max(ARTIFACT_LIMITS.manifestBytesMax)
    .optional()
    .describe(`Text of the manifest, where the artifact holds no ${MANIFEST_FILE}; it counts as that file.`),
  before: onMachine.optional().describe('The version before: its capabilities are not new.'),
  digest: hash.optional().describe('What its digest has to be; for one file without a manifest also its SHA-256.'),
  signature: z.string().max(ARTIFACT_LIMITS.noteLengthMax).optional().describe('A signed note over the digest.'),
  keys: z
    .array(z.string().max(1000))
    .max(ARTIFACT_LIMITS.keysMax)
    .default([])
    .describe('Verifier keys (C2SP signed-note) of those who may sign it.'),
  allow: z.array(capability).max(ARTIFACT_LIMITS.capabilitiesMax).default([]).describe('Capabilities that may be new.'),
  run_tests: z.boolean().default(false).describe('Run the tests that it declares: code of the artifact.'),
})
export type VerifyArtifactBody = z.infer<typeof verifyArtifactBody>

export const verificationReport = z
  .object({
    v: z.literal(1),
    artifact: z.object({
      digest: hash,
      files: z.int().min(0),
      bytes: z.int().min(0),
      name: z.string().nullable(),
      version: z.string().nullable(),
    }),
    verified_at: timestamp,
    verifier: z.string().describe('Program and version.'),
    passed: z.boolean().describe('No check failed; with the score 0 nothing was checked.'),
    score: z
      .number()
      .min(0)
      .max(1)
      .describe('The share of the checks, by weight, that passed; one that was skipped did not. 0 where one failed.'),
    checks: z.array(
      z.object({
        name: z.string(),
        outcome: z.enum(['passed', 'failed', 'skipped']),
        weight: z.number().min(0),
        detail: z.string(),
        ms: z.int().min(0),
      }),
    ),
  })
  .meta({ id: 'VerificationReport' })
export type VerificationReport = z.infer<typeof verificationReport>

export const verifiedArtifact = z
  .object({
    report: verificationReport,
    canonical: z.string().describe('The report as RFC 8785 writes it: the bytes whose digest the log holds.'),
    report_sha256: hash,
    ledger_index: z.int().min(0).describe('The entry of the log that tells of it.'),
  })
  .meta({ id: 'VerifiedArtifact' })
export type VerifiedArtifact = z.infer<typeof verifiedArtifact>

/** A line of a verification: which check is under way, or, last, what it came to. */
export const verifyArtifactLine = z
  .union([z.object({ check: z.string(), at: z.int().min(0), of: z.int().min(1) }), verifiedArtifact])
  .meta({ id: 'VerifyArtifactLine' })

/** What the log says of an artifact. */
export const artifactVerification = z
  .object({
    digest: hash,
    score: z.number().min(0).max(1),
    passed: z.boolean(),
    report_sha256: hash,
    verified_at: timestamp,
    ledger_index: z.int().min(0),
  })
  .meta({ id: 'ArtifactVerification' })
export type ArtifactVerification = z.infer<typeof artifactVerification>

export const artifactParams = z.object({ digest: hash.describe('Digest of the artifact.') })
