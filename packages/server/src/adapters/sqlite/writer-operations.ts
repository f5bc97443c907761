import type { StoredCheckpoint } from '#ledger'
import type { CollectionDefinition } from '#store'
import type { VectorIndexState } from './doctor.ts'
import type { FinishedWork, PageBatch } from './lexical/index.ts'
import type { PackedCommands } from './packed-commands.ts'
import type { PackedOutcome } from './packed-outcomes.ts'
import type { ScrubStep } from './scrub.ts'
import type { CutterSettings } from './shipping/log-cutter.ts'
import type { CutState } from './shipping/shipping-folder.ts'
import type { SpaceAnnouncement } from './vector-slots.ts'

export { DATABASE_FILE, keysIn, PAGE_BYTES } from './store-file.ts'

export interface WriterData {
  readonly directory: string
  readonly collections: readonly CollectionDefinition[]
  readonly compressionLevel: number
  readonly eventSource: string
  /** The file never grows beyond so many pages of `PAGE_BYTES`; 0 = no bound of ours. */
  readonly pagesMax: number
  /** Folder for the copy that is made before an upgrade; `backups` in the data folder when absent. */
  readonly backups?: string
  /** Folder of the keys of backups; `keys` in the data folder when absent. */
  readonly keys?: string
  /** How the log is cut into segments, where it is shipped. */
  readonly shipping?: CutterSettings
  /** The schema step by step, where it is not that of this program. */
  readonly migrations?: readonly string[]
  /** Two BigInt64: index of the newest leaf, and how often something was erased. */
  readonly head: SharedArrayBuffer
}

/** What the writer tells without being asked: a new vector space, or what went wrong after a commit. */
export type WriterNotice =
  | { readonly kind: 'space'; readonly space: SpaceAnnouncement }
  | { readonly kind: 'trouble'; readonly message: string }
  | { readonly kind: 'upgraded'; readonly backup: string }
  /** Enough was written for a segment of the index of words. */
  | { readonly kind: 'words' }

/** What the writer can be asked for. */
export type WriterOperations = {
  readonly open: (data: WriterData) => void
  /** Brings the vectors of all heads into memory: follows `open`, and goes before all that is asked later. */
  readonly load: () => void
  readonly write: (commands: PackedCommands, now: number) => PackedOutcome[]
  /** Writes pages of a segment of the index of words that is not there yet. */
  readonly stagePages: (pages: PageBatch) => void
  /** Puts segments into place; false when what they were made of has changed. */
  readonly installWork: (work: FinishedWork) => boolean
  /** Makes the index of words anew from what versions say; how many there are. */
  readonly rebuildWords: () => number
  /** Takes one step of leaving nothing behind of what was erased; the first begins `from` 1. */
  readonly scrub: (from: number, now: number) => ScrubStep
  /** Adds leaves to the tree of the log, some; its size. */
  readonly growTree: () => number
  /** Forgets the tree of the log: the next growth works it out of the leaves. */
  readonly regrowTree: () => void
  readonly keepCheckpoint: (checkpoint: StoredCheckpoint, after?: number) => void
  /** What the vector index holds, to be compared with the rows. */
  readonly indexState: () => VectorIndexState
  /** Cuts what was committed, and tells how far; undefined when there is no chain. */
  readonly cut: (now: number) => CutState | undefined
  /** Begins a chain at the end of the log. */
  readonly beginChain: () => CutState | undefined
  /** Begins a generation of the chain: the base that is made next holds all that was cut. */
  readonly beginGeneration: (now: number) => CutState | undefined
  readonly close: (now: number) => void
}
