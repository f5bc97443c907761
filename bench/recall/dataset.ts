import type { CapsuleCreate } from '@forge-cascade/contract'

/** A question with what answers it. */
export interface RecallQuestion {
  readonly text: string
  /** Keys of the items that answer it; at least one. */
  readonly evidence: readonly string[]
  readonly category: string
  /** The lane that is asked; everything when left out. */
  readonly lane?: string
}

/** What is stored as a capsule of its own. */
export interface RecallItem {
  readonly key: string
  readonly capsule: CapsuleCreate
}

/** A file of a folder that is imported; it is found through its chunks. */
export interface RecallFile {
  readonly path: string
  readonly text: string
}

/** A chunk that answers a question: that of the file which holds this text. */
export interface RecallPlace {
  readonly key: string
  readonly path: string
  readonly holds: string
}

/** A collection with its questions: capsules, or files with the places in them that answer. */
export interface Dataset {
  readonly name: string
  readonly items: readonly RecallItem[]
  readonly files: readonly RecallFile[]
  readonly places: readonly RecallPlace[]
  readonly questions: readonly RecallQuestion[]
}

export const EMPTY = { items: [], files: [], places: [] } as const satisfies Partial<Dataset>
