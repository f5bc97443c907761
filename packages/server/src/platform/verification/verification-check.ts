import type { ArtifactManifest } from '@forge-cascade/contract'
import type { Artifact } from './artifact.ts'

/** What a check came to, and in one line why. */
export interface CheckResult {
  /** `skipped`: it had nothing to look at, so nothing is shown either way. */
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly detail: string
}

/** What is verified, and what is known of it. */
export interface VerificationSubject {
  readonly artifact: Artifact
  /** What the artifact says of itself; undefined without a manifest. A manifest that cannot be read says why. */
  readonly manifest: ArtifactManifest | UnreadableManifest | undefined
  /** The same of the version before; undefined for a first one. */
  readonly before: ArtifactManifest | undefined
  /** Names of the checks that failed until now: nobody runs code whose signature is wrong. */
  readonly failed: readonly string[]
}

/** A manifest that is none. */
export interface UnreadableManifest {
  readonly unreadable: string
}

/**
 * One thing that is looked at. Overlays, skills and imports add their own; each gives an outcome for any bytes, and one that
 * throws has failed.
 */
export interface VerificationCheck {
  readonly name: string
  /** What it counts for in the score, beside the weights of the others. */
  readonly weight: number
  run(subject: VerificationSubject, signal: AbortSignal): Promise<CheckResult> | CheckResult
}

export const passed = (detail: string): CheckResult => ({ outcome: 'passed', detail })
export const failed = (detail: string): CheckResult => ({ outcome: 'failed', detail })
export const skipped = (detail: string): CheckResult => ({ outcome: 'skipped', detail })

/** The manifest as it can be used, or what a check that needs one comes to without. */
export function manifestOr(
  { manifest }: Pick<VerificationSubject, 'manifest'>,
  otherwise: string,
): ArtifactManifest | CheckResult {
  if (manifest === undefined) return skipped(`no manifest: ${otherwise}`)
  return 'unreadable' in manifest ? skipped('the manifest cannot be read: see structure') : manifest
}

export const isResult = (value: ArtifactManifest | CheckResult): value is CheckResult => 'outcome' in value
