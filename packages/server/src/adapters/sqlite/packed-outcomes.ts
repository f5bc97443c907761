import type { Command, Receipt } from '#store'
import type { ErrorFields } from './thread-errors.ts'
import type { WrittenOutcome } from './write-batch.ts'

/** An outcome on its way back: a receipt by position, less what its command says. */
export type PackedOutcome =
  | readonly [
      outcome: Receipt['outcome'],
      id: string | null,
      version: string | null,
      sequence: number,
      nearDuplicates: Receipt['near_duplicates'] | null,
      committedAt: number | undefined,
    ]
  | ErrorFields

export const packOutcomes = (outcomes: readonly WrittenOutcome[]): PackedOutcome[] => outcomes.map(packOutcome)

/** @param commands those that the outcomes belong to, in the same order. */
export const unpackOutcomes = (outcomes: readonly PackedOutcome[], commands: readonly Command[]): WrittenOutcome[] =>
  outcomes.map((outcome, position) => unpackOutcome(outcome, commands[position]?.id ?? ''))

function packOutcome(written: WrittenOutcome): PackedOutcome {
  if (!written.ok) return written.error
  const { outcome, id, version, sequence, near_duplicates: near } = written.receipt
  return [outcome, id, version, sequence, near.length === 0 ? null : near, written.committedAt]
}

function unpackOutcome(packed: PackedOutcome, command_id: string): WrittenOutcome {
  if (!isReceipt(packed)) return { ok: false, error: packed }
  const [outcome, id, version, sequence, near, committedAt] = packed
  const receipt = { command_id, outcome, id, version, sequence, near_duplicates: near ?? [] }
  return committedAt === undefined ? { ok: true, receipt } : { ok: true, receipt, committedAt }
}

const isReceipt = (packed: PackedOutcome): packed is Exclude<PackedOutcome, ErrorFields> => Array.isArray(packed)
