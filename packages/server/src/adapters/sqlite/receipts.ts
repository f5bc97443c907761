import { CascadeError, formatUuid, isUuid, uuidBytes } from '#base'
import type { NearDuplicate, Receipt } from '#store'
import type { Database } from './database.ts'
import type { WritableCommand } from './packed-commands.ts'

/** How long the receipt of a command can be asked for. */
export const RECEIPT_LIFE_MS = 24 * 60 * 60 * 1000

const OUTCOMES = ['created', 'existing', 'updated'] as const

interface ReceiptRow {
  readonly command: Uint8Array
  readonly body: string | null
  readonly outcome: number
  readonly id: Uint8Array | null
  readonly version: string | null
  readonly sequence: number
  readonly near_duplicates: string | null
}

// Hex digits become bytes in SQLite: a buffer for each of them takes longer than the row.
const SELECT =
  'SELECT command, body, outcome, id, version, sequence, near_duplicates FROM receipts WHERE command = unhex(?) AND written_at > ?'

const INSERT = `INSERT OR REPLACE INTO receipts
  (command, decision, body, outcome, id, version, sequence, near_duplicates, written_at)
  VALUES (unhex(?), ?, ?, ?, unhex(?, '-'), ?, ?, ?, ?)`

/**
 * The receipt of a command that was carried out before.
 *
 * @throws CascadeError IDEMPOTENCY_KEY_REUSED when that command had another body.
 */
export function findRepeated(database: Database, command: WritableCommand, now: number): Receipt | undefined {
  const row = database.get<ReceiptRow>(SELECT, command.id, now - RECEIPT_LIFE_MS)
  if (!row) return undefined
  if (row.body !== (command.bodyDigest ?? null)) {
    throw new CascadeError('IDEMPOTENCY_KEY_REUSED', `command ${command.id} was carried out with another body`)
  }
  return toReceipt(row)
}

export function findReceipt(database: Database, commandId: string, now: number): Receipt | undefined {
  const row = database.get<ReceiptRow>(SELECT, commandId, now - RECEIPT_LIFE_MS)
  return row && toReceipt(row)
}

/** @throws CascadeError FORBIDDEN when the grant of one command was spent on another before. */
export function checkGrantUnspent(database: Database, { grant }: WritableCommand, now: number): void {
  if (grant.reach === 'lines') return
  const sql = 'SELECT 1 FROM receipts WHERE decision = ? AND written_at > ?'
  const spent = database.get(sql, decisionKey(grant.decisionId), now - RECEIPT_LIFE_MS)
  if (spent) throw new CascadeError('FORBIDDEN', `decision ${grant.decisionId} was for one command, which is done`)
}

/** Keeps the receipt. One that outlived its day and was not yet swept gives way. */
export function writeReceipt(database: Database, command: WritableCommand, receipt: Receipt, now: number): void {
  database.run(
    INSERT,
    command.id,
    command.grant.reach === 'command' ? decisionKey(command.grant.decisionId) : null,
    command.bodyDigest ?? null,
    OUTCOMES.indexOf(receipt.outcome),
    receipt.id,
    receipt.version,
    receipt.sequence,
    receipt.near_duplicates.length === 0 ? null : JSON.stringify(receipt.near_duplicates),
    now,
  )
}

/**
 * Removes receipts that are past their day, a bounded number; returns how many. Only the oldest are looked at: whether one of
 * a million is past its day would be asked of all, each minute.
 */
export function sweepReceipts(database: Database, now: number, limit: number): number {
  return database.run(
    'DELETE FROM receipts WHERE key IN (SELECT key FROM receipts ORDER BY key LIMIT ?) AND written_at <= ?',
    limit,
    now - RECEIPT_LIFE_MS,
  )
}

function toReceipt(row: ReceiptRow): Receipt {
  return {
    command_id: Buffer.from(row.command).toString('hex'),
    outcome: OUTCOMES[row.outcome] ?? 'updated',
    id: row.id && formatUuid(row.id),
    version: row.version,
    sequence: row.sequence,
    near_duplicates: row.near_duplicates === null ? [] : parseNearDuplicates(row.near_duplicates),
  }
}

// Written by `writeReceipt` from the same type.
const parseNearDuplicates = (text: string): NearDuplicate[] => JSON.parse(text) as NearDuplicate[]

const decisionKey = (id: string): string | Uint8Array => (isUuid(id) ? uuidBytes(id) : id)
