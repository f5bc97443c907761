import { CascadeError } from '#base'
import { type NoteSigner, signNote } from './note-signer.ts'
import { openNote } from './open-note.ts'
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './verifier-key.ts'

/** First line of the statement; it is no origin, and a second line without digits makes it no checkpoint. */
const HEADER = 'forge-cascade/key-change@v1'

/** That the log of this origin, which `previous` signed, is signed by `next` from now on. */
export interface KeyChange {
  readonly origin: string
  readonly previous: VerifierKey
  readonly next: VerifierKey
}

/** The statement as a note that both keys signed: neither can be added to the log without the other. */
export function signKeyChange(origin: string, previous: NoteSigner, next: NoteSigner): string {
  const text = [HEADER, origin, formatVerifierKey(previous.key), formatVerifierKey(next.key), ''].join('\n')
  const note = signNote(text, [previous, next])
  if (openKeyChange(note) !== undefined) return note
  throw new CascadeError('INTERNAL', `No change of keys of ${origin} is stated by this note.`)
}

/** Reads such a statement. Undefined for anything else, and for one that not both keys signed. */
export function openKeyChange(source: string): KeyChange | undefined {
  const [header, origin = '', before = '', after = '', ...rest] = source.split('\n')
  const [previous, next] = [parseVerifierKey(before), parseVerifierKey(after)]
  if (header !== HEADER || origin === '' || rest[0] !== '' || previous === undefined || next === undefined)
    return undefined
  return openNote(source, [previous, next])?.verified.length === 2 ? { origin, previous, next } : undefined
}
