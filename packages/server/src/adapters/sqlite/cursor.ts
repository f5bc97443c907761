import { CascadeError } from '#base'

const PREFIX = 's1.'

/** A page ends after the row with this key. */
export const writeCursor = (key: number): string => PREFIX + key.toString(36)

/** @throws CascadeError CURSOR_INVALID. */
export function parseCursor(cursor: string): number {
  if (!/^s1\.[0-9a-z]{1,10}$/.test(cursor)) throw new CascadeError('CURSOR_INVALID', 'this cursor is not from here')
  return Number.parseInt(cursor.slice(PREFIX.length), 36)
}
