import type { StoredCheckpoint } from '../ledger-store.ts'
import { parseCheckpoint, parseNote, type VerifierKey } from '../note/index.ts'
import { cosignersOf } from './cosigned-note.ts'

/**
 * The checkpoint of a note that one of `keys` cosigned for the origin; undefined for every other note. Whether the log
 * signed it is not asked: it may have changed its keys since.
 */
export function readCosigned(note: string, origin: string, keys: readonly VerifierKey[]): StoredCheckpoint | undefined {
  const text = parseNote(note)?.text
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text)
  if (checkpoint === undefined || checkpoint.origin !== origin || cosignersOf(note, keys).size === 0) return undefined
  return { origin, size: checkpoint.size, root: checkpoint.root, note }
}
