import { messageOf } from '#base'
import { withDeadline } from '#lifecycle'
import type { BootChunk } from './boot-chunk.ts'

/** What the guardian judges by: which chunk, and how long it took. */
export interface ChunkEvidence {
  readonly name: string
  readonly priority: number
  readonly tookMs: number
}

export type GuardianVerdict =
  | { readonly kind: 'sound' }
  /** `cause`: what callers are told in place of the reason, where it is known better. */
  | { readonly kind: 'unsound'; readonly reason: string; readonly cause?: Error }

/** Judges each started chunk before anything that waits for it begins. */
export interface BootGuardian {
  validate(chunk: BootChunk, evidence: ChunkEvidence): Promise<GuardianVerdict> | GuardianVerdict
}

/** How long the guardian may think about one chunk. */
export const GUARDIAN_MS = 10_000

/** The verdict, fail closed: a guardian that throws or does not answer has not said that the chunk is sound. */
export async function askGuardian(
  guardian: BootGuardian,
  chunk: BootChunk,
  evidence: ChunkEvidence,
): Promise<GuardianVerdict> {
  if (chunk.guardianValidates === false) return { kind: 'sound' }
  const outcome = await withDeadline(() => guardian.validate(chunk, evidence), GUARDIAN_MS)
  if (outcome.kind === 'done') return outcome.value
  const why = outcome.kind === 'late' ? `no verdict within ${GUARDIAN_MS} ms` : messageOf(outcome.error)
  return { kind: 'unsound', reason: `the guardian failed: ${why}` }
}
