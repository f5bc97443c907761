import type { Artifact } from './artifact.ts'

/** One test of an artifact: a file of JavaScript that passes by ending with exit code 0. */
export interface CagedTest {
  /** Path inside the artifact. */
  readonly file: string
  readonly args: readonly string[]
  readonly timeoutMs: number
}

/** How a test ended. `said` is the last line that it printed, cut short. */
export type CagedEnd =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly code: number; readonly said: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly said: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'talkative'; readonly bytesMax: number }

/** A copy of an artifact whose tests can be run; gone when disposed. */
export interface OpenedCage extends AsyncDisposable {
  /** What holds the tests here, in words: not every system has the same means. */
  readonly description: string
  /** Runs one test to its end; nothing that it started is left when this resolves. Rejects with the reason of the signal. */
  run(test: CagedTest, signal: AbortSignal): Promise<CagedEnd>
}

/** Where code of an artifact runs. Until overlays have a cage of their own it is a process with little rights. */
export interface TestCage {
  /** @throws CascadeError UNAVAILABLE when no copy can be made, STORAGE_FULL. */
  open(artifact: Artifact): Promise<OpenedCage>
}
