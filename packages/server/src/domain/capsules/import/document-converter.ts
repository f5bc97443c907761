import type { DocumentFormat } from './document-format.ts'
import type { SourceText } from './import-source.ts'

export interface ConversionRequest {
  /** Names the file in errors. */
  readonly path: string
  /** At most `DOCUMENT_BYTES_MAX`. */
  readonly bytes: Uint8Array
  readonly format: DocumentFormat
}

/** A larger document is not read. Most of its bytes are pictures: a capsule holds a thirtieth of this. */
export const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024

/**
 * Port: makes Markdown of documents, one after the other. What the document says about itself (`format`, `title`,
 * `author`, `pages`) is front matter. Nothing a document names is fetched, and nothing in it is run.
 */
export interface DocumentConverter extends AsyncDisposable {
  /**
   * The Markdown, or why the document has none to give: the same for the same bytes, always.
   *
   * @throws CascadeError UNPROCESSABLE when the attempt ran out of memory or time, or the converter died of it;
   *   UNAVAILABLE once it is closed; the signal's reason when aborted.
   */
  convert(request: ConversionRequest, signal: AbortSignal): Promise<SourceText>
}
