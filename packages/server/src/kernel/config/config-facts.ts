import { z } from 'zod'

/** What a key carries beside its type: the sentence of the reference, its short names, how it may be handled. */
export interface ConfigFacts {
  readonly description: string
  /** A shorter environment name beside the derived one, such as `CASCADE_PORT` for `server.port`. */
  readonly env?: string
  /** A shorter flag beside the key itself, without dashes, such as `port`. */
  readonly flag?: string
  /** Never shown, logged or reported; may also come from the file that `<ENV>_FILE` names. */
  readonly secret?: true
  /** Takes effect without a restart. */
  readonly reload?: true
  /** A path: relative ones start at the working directory, or at the folder of the file that sets them. */
  readonly path?: true
  /** Several values in one text, with commas between them; a file may write them as a list. */
  readonly list?: true
}

/** Facts of each leaf of the schema; a leaf without an entry does not load. */
export const configFacts = z.registry<ConfigFacts>()
