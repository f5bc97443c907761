import { type AuditRow, EVIDENCE_LIMITS } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { KEY_OPERATIONS } from '../ended-keys.ts'
import { number } from './render/words.ts'
import type { Session } from './session.ts'

const PAGE_ROWS = 100

/** Rows that are meant, from entry `from` on, oldest first. @throws CascadeError UNPROCESSABLE for more than a report holds. */
export async function readRows(
  session: Session,
  query: Readonly<Record<string, string>>,
  from: number,
  isMeant: (row: AuditRow) => boolean = () => true,
): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = []
  for (let cursor: string | null | undefined = query.cursor; cursor !== null; ) {
    const page: { items: AuditRow[]; next_cursor: string | null } = await session.ask('getAuditLog', {
      query: { ...query, limit: PAGE_ROWS, cursor },
    })
    const wanted = page.items.filter(({ ledger_index }) => ledger_index >= from)
    rows.push(...wanted.filter(isMeant))
    if (rows.length > EVIDENCE_LIMITS.reportRowsMax)
      throw new CascadeError(
        'UNPROCESSABLE',
        `There are more than ${number(EVIDENCE_LIMITS.reportRowsMax)} entries; \`evidence export\` takes more.`,
      )
    cursor = wanted.length < page.items.length ? null : page.next_cursor
  }
  return rows.reverse()
}

/** What the entries of the log tell of its keys, oldest first. */
export async function readKeyRows(session: Session): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = []
  for (const operation of KEY_OPERATIONS) rows.push(...(await readRows(session, { operation }, 0)))
  return rows.toSorted((one, other) => one.ledger_index - other.ledger_index)
}
