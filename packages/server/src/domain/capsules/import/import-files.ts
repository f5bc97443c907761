import type { ImportFile } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Records } from '#store'
import type { Page } from '../capsule-store.ts'
import { readRows } from './file-book.ts'
import type { ImportFileRow, ImportRow } from './import-records.ts'

/** Rows that one page may look through; a page may hold fewer than were asked for and still have a next one. */
const ROWS_LOOKED_AT_MAX = 10_000

/**
 * What became of each file in the eyes of one import. A file that this import found as an earlier one left it has no row
 * of its own: it is `unchanged`, which follows from the earlier row.
 */
export async function listFiles(
  records: Records,
  of: ImportRow & { readonly isRunning: boolean },
  page: { readonly limit: number; readonly cursor?: string; readonly state?: ImportFile['state'] },
): Promise<Page<ImportFile>> {
  const items: ImportFile[] = []
  let [looked, last]: [number, string | undefined] = [0, undefined]
  for await (const { key, value } of readRows(records, of.source, keyOf(of.source, page.cursor))) {
    // Only now is it known that something follows the last one.
    if (items.length >= page.limit || looked >= ROWS_LOOKED_AT_MAX) return { items, next: cursorOf(last) }
    ;[looked, last] = [looked + 1, key]
    const file = viewOf(value, of)
    if (file && (page.state === undefined || file.state === page.state)) items.push(file)
  }
  return { items, next: undefined }
}

function viewOf(
  row: ImportFileRow,
  { job, isRunning }: ImportRow & { readonly isRunning: boolean },
): ImportFile | undefined {
  if (row.standing === 'moved') return undefined
  if (row.job === job.id) return toFile(row, row.state)
  const isLater = row.job > job.id
  if (isLater && row.created_by !== null && row.created_by > job.id) return undefined
  if (isLater && row.created_by === job.id) return toFile(row, 'imported')
  // Before the end of the job nobody knows whether it will be met as it was.
  if (isRunning || row.standing === 'gone') return undefined
  return toFile(row, row.state === 'imported' ? 'unchanged' : row.state)
}

const toFile = (row: ImportFileRow, state: ImportFile['state']): ImportFile => ({
  path: row.path,
  state,
  reason: row.reason,
  capsule_id: row.capsule_id,
  version: row.version,
  chunks: row.chunks,
  at: row.at,
})

const cursorOf = (key: string | undefined): string | undefined => key && Buffer.from(key).toString('base64url')

function keyOf(source: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (key.startsWith(`${source}:`)) return key
  throw new CascadeError('CURSOR_INVALID', 'The cursor is none of the files of this import.')
}
