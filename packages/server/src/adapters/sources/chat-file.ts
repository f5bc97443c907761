/** A file of records, in a folder or in an archive. */
export interface RecordFile {
  readonly name: string
  readonly bytes: number
  /** @throws Error when the file cannot be read to its end. */
  read(): AsyncIterable<Uint8Array>
}
