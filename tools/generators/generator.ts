/** A file that is made from the code, so that the two cannot drift apart. */
export interface Generator {
  /** Where the text goes, relative to the root of the repository. */
  readonly path: string
  /** The whole text, ending in a newline; the same for the same code. */
  readonly write: () => string | Promise<string>
}
