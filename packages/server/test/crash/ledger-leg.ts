/** Where a process that writes a signed log is cut off, in the order in which it comes there. */
export const POINTS = [
  'before the key has its name',
  'after the key has its name',
  'before an append',
  'after an append',
  'before the tree grows',
  'after the tree has grown',
  'before the signature',
  'after the signature',
  'before the checkpoint is kept',
  'after the checkpoint is kept',
  'before the mirror is written',
  'before the draft of the mirror has its name',
  'after the mirror is written',
] as const
export type Point = (typeof POINTS)[number]

/** So many entries are appended at once, and the log is signed meanwhile, afterwards, or not. */
export interface LedgerStep {
  readonly entries: number
  readonly signs: 'beside' | 'after' | 'not'
}

/** What a child is to do: write into the log of the folder and sign it, until it is cut off. */
export interface LedgerLeg {
  readonly directory: string
  /** Folder of the mirrored checkpoints. */
  readonly mirror: string
  /** What it does over and over. */
  readonly steps: readonly LedgerStep[]
  /** It dies the time of this number, from 0, that it comes there; null for one that is killed from outside. */
  readonly death: { readonly point: Point; readonly number: number } | null
}

/** A line of what it says. */
export type LedgerLine =
  | { readonly kind: 'open' }
  /** An entry that was acknowledged, with its leaf hash. */
  | { readonly kind: 'entry'; readonly sequence: number; readonly hash: string }
  /** What signing answered. */
  | { readonly kind: 'checkpoint'; readonly note: string }
  /** What could not be written or signed. */
  | { readonly kind: 'refused'; readonly code: string }
