import type { z } from 'zod'
import { CascadeError, messageOf } from '#base'

/**
 * A line of an answer that comes line by line.
 *
 * @param what is sent, to begin a sentence with: `The export`.
 * @throws CascadeError NO_SERVER for a line that this version does not read.
 */
export function parseSentLine<T>(what: string, schema: Pick<z.ZodType<T>, 'parse'>, text: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new CascadeError('NO_SERVER', `${what} has a line that this version does not read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
