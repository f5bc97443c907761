import type { AuditRow, LedgerIntegrity } from '@forge-cascade/contract'
import { oneLine, shorten } from './text.ts'
import type { View } from './view.ts'
import { number, plural } from './words.ts'

/** What `ledger show` knows of the log. */
export interface ShownLog {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly keys: readonly string[]
  readonly integrity: LedgerIntegrity
}

/** The log: its name, how far it is signed, its keys, and what its last verification found. */
export function logLines(log: ShownLog, view: View): string[] {
  const { paint, command } = view
  const [active = '', ...older] = log.keys
  return [
    `${paint.strong(log.origin)}  ${plural(log.size, 'entry')} signed`,
    `  root  ${log.root}`,
    `  key   ${active}`,
    ...older.map((key) => paint.faint(`        ${key}`)),
    ...integrityLines(log.integrity, view),
    paint.faint(`To prove an entry: ${command('ledger prove 0')}`),
  ]
}

/** What a verification came to. */
export function integrityLines(found: LedgerIntegrity, { paint, command }: View): string[] {
  const at = timeOf(found.checked_at)
  if (!found.valid) {
    const where = found.first_bad === undefined ? '' : ` at entry ${number(found.first_bad)}`
    return [
      `${paint.bad('damaged')}${where}: ${oneLine(found.reason ?? 'it is not as it was written')}`,
      `  sound up to entry ${number(found.checked_to)} of ${number(found.size)}, ${at}`,
      paint.faint(`To find out more: ${command('doctor --full')}`),
    ]
  }
  if (found.checked_from === 0) return [`${paint.good('sound')}  all ${plural(found.size, 'entry')}, verified ${at}`]
  const newest = plural(found.size - found.checked_from, 'entry')
  return [
    `${paint.good('sound')}  the newest ${newest} of ${number(found.size)} and the checkpoint, ${at}`,
    paint.faint(`To verify all: ${command('ledger verify')}`),
  ]
}

const timeOf = (time: string): string => `${time.slice(0, 19).replace('T', ' ')}Z`

/** What happened, a line each. */
export function auditLines(rows: readonly AuditRow[], next: string | null, { paint }: View): string[] {
  if (rows.length === 0 && next === null) return ['Nothing of that kind has happened.']
  const lines = rows.flatMap((row) => [
    `${String(row.ledger_index).padStart(7)}  ${timeOf(row.timestamp)}  ${paint.strong(row.operation)}  ` +
      `${row.entity_type}${row.entity_id === null ? '' : `/${row.entity_id}`}`,
    ...changeLines(row.changes),
    paint.faint(`         by ${row.user_id}  request ${row.correlation_id}`),
  ])
  return next === null ? lines : [...lines, paint.faint(`There are more: the same command with --cursor ${next}`)]
}

/** What was changed, on a line that stays one. */
function changeLines(changes: AuditRow['changes']): string[] {
  if (changes === null) return ['         what it says is not in the store any more']
  const parts = Object.entries(changes).map(
    ([name, { from, to }]) => `${name} ${from === undefined ? '' : `${shownValue(from)} → `}${shownValue(to)}`,
  )
  return parts.length === 0 ? [] : [`         ${parts.join(', ')}`]
}

const VALUE_COLUMNS = 40
const WORD = /^[\w.:/-]+$/

function shownValue(value: unknown): string {
  if (value === null) return 'none'
  if (typeof value === 'object' && 'bytes' in value && Object.keys(value).length === 1) return `${value.bytes} bytes`
  const isWord = typeof value === 'string' && WORD.test(value)
  return shorten(isWord ? value : oneLine(JSON.stringify(value)), VALUE_COLUMNS)
}
