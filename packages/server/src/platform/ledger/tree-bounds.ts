import { CascadeError } from '#base'

/**
 * That a tree of `size` leaves has an entry of this index, or has had this size.
 *
 * @throws CascadeError NOT_FOUND for one beyond it, and for what is no index or size at all.
 */
export function requireInTree(what: 'entry' | 'size', value: number, size: number): void {
  const most = what === 'entry' ? size - 1 : size
  if (!Number.isSafeInteger(value) || value < 0 || value > most)
    throw new CascadeError('NOT_FOUND', `the log has ${size} entries, ${what} ${value} is not among them`)
}
