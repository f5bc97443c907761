import type { RecordBatch, RecordKind } from './chat-reader.ts'

/** What a reading thread is to read. */
export interface ReaderOrder {
  readonly kind: RecordKind
  readonly path: string
}

/** What it answers each time it is asked; `problem` ends the reading. */
export type ReaderAnswer = { readonly batch: RecordBatch } | { readonly done: true } | { readonly problem: string }
