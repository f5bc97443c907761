import type { DocumentRequest, DocumentText } from '../../domain/capsules/import/index.ts'

/** One document on its way to the thread. */
export interface ReadRequest {
  readonly id: number
  readonly document: DocumentRequest
}

/** What it holds, or why that cannot be said. */
export type ReadAnswer =
  | { readonly id: number; readonly text: DocumentText }
  | { readonly id: number; readonly problem: string }
