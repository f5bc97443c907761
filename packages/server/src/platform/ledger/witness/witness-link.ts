import type { VerifierKey } from '../note/index.ts'

/** What a witness answered to a submission. Nothing of it is verified. */
export type LinkAnswer =
  | { readonly kind: 'cosigned'; readonly lines: string }
  /** It cosigned another size last: this one. */
  | { readonly kind: 'otherSize'; readonly size: number }
  /** It did not cosign; the status says why, as tlog-witness has it: 403, 404, 422, … */
  | { readonly kind: 'refused'; readonly status: number }

/** The way to somebody else's witness. */
export interface WitnessLink {
  /** Submission prefix; for people, and in configuration. */
  readonly url: string
  /** Its keys, of which at least one must have cosigned. */
  readonly keys: readonly VerifierKey[]
  /** @throws CascadeError UNAVAILABLE when there is no answer, or one that is none of the protocol. */
  addCheckpoint(body: string, signal: AbortSignal): Promise<LinkAnswer>
  /**
   * The checkpoint that it cosigned last for the origin, as it shows it; undefined when it has none, or shows none.
   *
   * @throws CascadeError UNAVAILABLE as above.
   */
  checkpoint(origin: string, signal: AbortSignal): Promise<string | undefined>
}
