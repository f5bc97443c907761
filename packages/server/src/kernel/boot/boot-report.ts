import type { BootChunk } from './boot-chunk.ts'

/** What became of one chunk. Times in milliseconds. */
export interface ChunkReport {
  readonly name: string
  readonly priority: number
  readonly describe: string
  readonly status: 'started' | 'failed' | 'skipped'
  readonly took_ms: number
  /** Why it failed or was skipped. */
  readonly reason?: string
}

/** `degraded`: up, but a part that may fail is missing. `failed`: everything was closed again. */
export interface BootReport {
  readonly status: 'ready' | 'degraded' | 'failed'
  /** RFC 3339. */
  readonly started_at: string
  readonly took_ms: number
  /** In the order in which they settled. */
  readonly chunks: readonly ChunkReport[]
}

/** How a chunk settled, with what stopped it. */
export type ChunkOutcome =
  | { readonly kind: 'started'; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly tookMs: number; readonly reason: string; readonly error: unknown }
  | { readonly kind: 'skipped'; readonly reason: string }

export const reportChunk = ({ name, priority, describe }: BootChunk, outcome: ChunkOutcome): ChunkReport => ({
  name,
  priority,
  describe,
  status: outcome.kind,
  took_ms: outcome.kind === 'skipped' ? 0 : outcome.tookMs,
  ...(outcome.kind === 'started' ? {} : { reason: outcome.reason }),
})
