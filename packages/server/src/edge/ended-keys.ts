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
export const endedKeys = (rows: readonly KeyRow[]): ReadonlyMap<string, number> => followKeys(rows).ended

/** What a key of the log does now. */
export interface KeyState {
  readonly key: string
  /** `signs_as_well`: the key before the active one, for some days. */
  readonly state: 'signs' | 'signs_as_well' | 'ended'
  /** RFC 3339: until when it signs as well. */
  readonly until?: string
  /** Entries that there were when it ended; absent where its file was lost: what it signed counts. */
  readonly ended_at?: number
}

/**
 * What each key of the log does.
 *
 * @param keys the active one first.
 * @param rows of `KEY_OPERATIONS`, oldest first.
 */
export function keyStates(keys: readonly string[], rows: readonly KeyRow[]): readonly KeyState[] {
  const { ended, second } = followKeys(rows)
  return keys.map((key, at) => {
    if (at === 0) return { key, state: 'signs' }
    if (key === second?.key) return { key, state: 'signs_as_well', until: String(second.until) }
    const size = ended.get(key)
    return { key, state: 'ended', ...(size !== undefined && { ended_at: size }) }
  })
}

function followKeys(rows: readonly KeyRow[]) {
  const ended = new Map<string, number>()
  /** The key before, while it signs as well. */
  let second: { readonly key: unknown; readonly until: unknown } | undefined
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
        if (payload.previous_until === null) end(payload.previous, second?.key)
        second = payload.previous_until === null ? undefined : { key: payload.previous, until: payload.previous_until }
    }
  }
  return { ended, second }
}
