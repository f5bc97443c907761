import type { Store } from '../../store.ts'
import type { SegmentRow } from './archive-row.ts'

const PER_PAGE = 20

/** Every segment that the store knows, newest first. */
export async function* listRows({ records }: Pick<Store, 'records'>): AsyncGenerator<SegmentRow, void, undefined> {
  for (let after: string | undefined; ; ) {
    const page = await records.list<SegmentRow>('archive_segments', {
      limit: PER_PAGE,
      ...(after !== undefined && { after }),
    })
    for (const { value } of page.items) yield value
    after = page.next
    if (after === undefined) return
  }
}

/** All of them at once. */
export async function readRows(store: Pick<Store, 'records'>): Promise<readonly SegmentRow[]> {
  const rows: SegmentRow[] = []
  for await (const row of listRows(store)) rows.push(row)
  return rows
}
