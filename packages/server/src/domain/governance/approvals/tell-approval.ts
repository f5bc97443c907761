import { saltedDigest, toRfc3339 } from '#base'
import { type Command, type Grant, toRecord } from '#store'
import type { ApprovalRow } from './approval-row.ts'

export type ApprovalWord =
  `approval.${'parked' | 'approved' | 'rejected' | 'started' | 'executed' | 'failed' | 'expired'}`

/** What the log and those who follow it are told: never what is to be done, nor why. */
export function tellApproval(grant: Grant, row: ApprovalRow, word: ApprovalWord): Pick<Command, 'records' | 'events'> {
  const { id, action, state } = row
  return {
    records: [recordOf(grant, row, word)],
    events: [{ type: `cascade.${word}`, subject: `approval/${id}`, data: { id, action, state } }],
  }
}

function recordOf(grant: Grant, row: ApprovalRow, word: ApprovalWord) {
  const about = `approval/${row.id}` as const
  const salted = (text: string): string => {
    if (row.digestKey === null) throw new TypeError(`nothing more is told of ${about} that takes its key`)
    return saltedDigest(Buffer.from(row.digestKey, 'hex'), text)
  }
  switch (word) {
    case 'approval.parked': {
      const told = { action: row.action, resource: row.resource, expires_at: toRfc3339(row.expiresAt) }
      return toRecord(grant, 'approval.parked', about, told, { request: salted(row.digest ?? '') })
    }
    case 'approval.approved':
    case 'approval.rejected':
      return toRecord(grant, word, about, {}, { reason: salted(row.decided?.reason ?? '') })
    case 'approval.failed':
      return toRecord(grant, 'approval.failed', about, { code: row.outcome?.code ?? 'INTERNAL' }, {})
    default:
      return toRecord(grant, word, about, {}, {})
  }
}
