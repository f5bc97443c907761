import { CascadeError } from '#base'
import type { Page } from '#capsules'

/**
 * One page of what is in order already. The cursor is the key of the last item handed out: what comes or goes in between
 * moves nothing that is still to come.
 *
 * @param isBefore whether `item` stands in the pages up to the one that ended with `key`.
 * @throws CascadeError CURSOR_INVALID.
 */
export function pageOf<T>(
  items: readonly T[],
  page: { readonly limit: number; readonly cursor?: string },
  keyOf: (item: T) => string,
  isBefore: (item: T, key: string) => boolean,
): Page<T> {
  const last = page.cursor === undefined ? undefined : parseCursor(page.cursor)
  const rest = last === undefined ? items : items.filter((item) => !isBefore(item, last))
  const slice = rest.slice(0, page.limit)
  return { items: slice, next: rest.length > slice.length ? PREFIX + keyOf(slice.at(-1)!) : undefined }
}

const PREFIX = 'm1.'

function parseCursor(cursor: string): string {
  if (!/^m1\.[0-9a-f-]{1,40}$/.test(cursor)) throw new CascadeError('CURSOR_INVALID', 'this cursor is not from here')
  return cursor.slice(PREFIX.length)
}
