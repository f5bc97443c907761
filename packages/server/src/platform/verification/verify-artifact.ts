import type { ArtifactManifest, VerificationReport } from '@forge-cascade/contract'
import { CascadeError, type Clock, canonicalJson, messageOf, sha256Hex, toRfc3339 } from '#base'
import type { Artifact } from './artifact.ts'
import { readManifest } from './read-manifest.ts'
import { type CheckResult, failed, type VerificationCheck, type VerificationSubject } from './verification-check.ts'

export interface VerificationOptions {
  /** In the order in which they run. */
  readonly checks: readonly VerificationCheck[]
  /** The version before; its manifest says what it could do. */
  readonly before?: Artifact | undefined
  /** Program and version, for the report. */
  readonly verifier: string
  readonly clock: Clock
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  readonly signal: AbortSignal
  readonly onProgress?: (check: string, at: number, of: number) => void
}

type CheckRow = VerificationReport['checks'][number]

/** Longest detail of a check: names in it come from the artifact. */
const DETAIL_CHARACTERS_MAX = 1000

/**
 * Runs the checks over an artifact, one after the other. Whatever the artifact holds, the answer is a report.
 *
 * @throws CascadeError UNPROCESSABLE where what is named as the version before has no manifest that can be read. Rejects
 *   with the reason of the signal when it is aborted.
 */
export async function verifyArtifact(artifact: Artifact, options: VerificationOptions): Promise<VerificationReport> {
  const { checks, clock, verifier, signal, onProgress } = options
  const manifest = readManifest(artifact)
  const before = options.before && manifestOfBefore(options.before)
  const rows: CheckRow[] = []
  for (const [at, check] of checks.entries()) {
    signal.throwIfAborted()
    onProgress?.(check.name, at, checks.length)
    const failing = rows.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
    rows.push(await timed(check, { artifact, manifest, before, failed: failing }, options))
  }
  const said = manifest !== undefined && 'name' in manifest ? manifest : { name: null, version: null }
  return {
    v: 1,
    artifact: {
      digest: artifact.digest,
      files: artifact.files.length,
      bytes: artifact.size,
      name: said.name,
      version: said.version,
    },
    verified_at: toRfc3339(clock()),
    verifier,
    passed: rows.every(({ outcome }) => outcome !== 'failed'),
    score: scoreOf(rows),
    checks: rows,
  }
}

async function timed(
  check: VerificationCheck,
  subject: VerificationSubject,
  { now, signal }: Pick<VerificationOptions, 'now' | 'signal'>,
): Promise<CheckRow> {
  const { name, weight } = check
  const startedAt = now()
  const { outcome, detail } = await runSafely(check, subject, signal)
  return { name, weight, outcome, detail: oneLine(detail), ms: Math.max(0, Math.round(now() - startedAt)) }
}

/** A check that breaks over an artifact has not shown that it is sound. */
async function runSafely(
  check: VerificationCheck,
  subject: VerificationSubject,
  signal: AbortSignal,
): Promise<CheckResult> {
  try {
    return await check.run(subject, signal)
  } catch (error) {
    signal.throwIfAborted()
    return failed(`the check broke: ${messageOf(error)}`)
  }
}

const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, DETAIL_CHARACTERS_MAX)
    .toWellFormed()

/**
 * The share of the weight that passed. What was skipped was not shown, so it counts as missing; and what failed is made up
 * for by nothing.
 */
export function scoreOf(checks: readonly Pick<CheckRow, 'outcome' | 'weight'>[]): number {
  if (checks.some(({ outcome }) => outcome === 'failed')) return 0
  const all = sum(checks)
  return all === 0 ? 0 : sum(checks.filter(({ outcome }) => outcome === 'passed')) / all
}

const sum = (checks: readonly Pick<CheckRow, 'weight'>[]): number =>
  checks.reduce((total, { weight }) => total + weight, 0)

function manifestOfBefore(before: Artifact): ArtifactManifest {
  const manifest = readManifest(before)
  if (manifest !== undefined && 'name' in manifest) return manifest
  const why = manifest === undefined ? 'it has no manifest' : manifest.unreadable
  throw new CascadeError('UNPROCESSABLE', `The version before says nothing of its capabilities: ${why}.`)
}

/** A report as bytes that everybody writes alike, and their digest. */
export interface SealedReport {
  readonly report: VerificationReport
  readonly canonical: string
  /** SHA-256 of the canonical text, hex. */
  readonly sha256: string
}

export function sealReport(report: VerificationReport): SealedReport {
  const canonical = canonicalJson(report)
  return { report, canonical, sha256: sha256Hex(canonical) }
}
