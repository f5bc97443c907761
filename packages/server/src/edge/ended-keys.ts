import type { AuditRow } from '@forge-cascade/contract'

/** What an entry tells of a change of keys: a row of the audit log, or as much of one. */
export type KeyRow = Pick<AuditRow, 'operation' | 'payload' | 'ledger_index'>

/** Kinds of entries that tell which key signs. */
export const KEY_OPERATIONS = ['ledger.key_changed', 'ledger.key_rotated', 'ledger.key_retired'] as const

/**
 * Keys that sign the log no more, as verifier keys, each with the entries that there were when it ended: what it signs of
 * more proves nothing, because others may have it. A key whose file was lost counts for any size, and so does one that signs
 * again.
 *
 * @param rows of `KEY_OPERATIONS`, oldest first; rows of other kinds change nothing.
 */
export function endedKeys(rows: readonly KeyRow[]): ReadonlyMap<string, number> {
  const ended = new Map<string, number>()
  /** The key before, while it signs as well. */
  let second: unknown
  for (const { operation, payload, ledger_index } of rows) {
    const end = (...keys: readonly unknown[]): void => {
      for (const key of keys) if (typeof key === 'string' && !ended.has(key)) ended.set(key, ledger_index)
    }
    switch (operation) {
      case 'ledger.key_changed':
        ended.delete(String(payload.key))
        second = undefined
        break
      case 'ledger.key_retired':
        end(payload.key)
        second = undefined
        break
      case 'ledger.key_rotated':
        if (payload.previous_until === null) end(payload.previous, second)
        second = payload.previous_until === null ? undefined : payload.previous
    }
  }
  return ended
}
