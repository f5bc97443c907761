import { readFileSync } from 'node:fs'
import { CascadeError, fileTrouble } from '#base'

/** The text of a file that a command was given. @throws CascadeError SOURCE_UNREADABLE for one that cannot be read. */
export function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CascadeError('SOURCE_UNREADABLE', `${path} cannot be read: ${fileTrouble(error)}.`, { cause: error })
  }
}
