import { formatNote, type NoteSignature, parseNote, type VerifierKey, verifyCosignature } from '../note/index.ts'

/**
 * The note with the lines of some keys alone.
 *
 * @throws CascadeError INTERNAL when it has no line of any of them.
 */
export function signaturesBy(source: string, keys: readonly VerifierKey[]): string {
  const note = parseNote(source)
  const signatures = (note?.signatures ?? []).filter((signature) => keys.some((key) => isBy(signature, key)))
  return formatNote({ text: note?.text ?? '', signatures })
}

/**
 * Adds to a note what a witness answered: the cosignatures of its keys that verify and say when they were made. Lines of
 * other keys are left out. Undefined when none is left, and for an answer that is no lines of signatures.
 *
 * @see https://c2sp.org/tlog-witness section "add-checkpoint"
 */
export function addCosignatures(source: string, answer: string, keys: readonly VerifierKey[]): string | undefined {
  const note = parseNote(source)
  // The lines alone are no note; below the text that they are about they are.
  const answered = note && parseNote(`${note.text}\n${answer}`)
  if (note === undefined || answered?.text !== note.text) return undefined
  const made = keys.flatMap((key) => answered.signatures.find((one) => cosignedAt(note.text, one, key) > 0) ?? [])
  if (made.length === 0) return undefined
  const before = note.signatures.filter((one) => !made.some((other) => isSameSigner(one, other)))
  return formatNote({ text: note.text, signatures: [...before, ...made] })
}

/** Who of `keys` cosigned the note, and when: seconds since the Epoch. */
export function cosignersOf(source: string, keys: readonly VerifierKey[]): ReadonlyMap<VerifierKey, number> {
  const note = parseNote(source)
  const found = keys.map((key) => {
    const times = note?.signatures.map((signature) => cosignedAt(note.text, signature, key)) ?? []
    return [key, Math.max(0, ...times)] as const
  })
  return new Map(found.filter(([, time]) => time > 0))
}

const isBy = ({ name, keyHash }: NoteSignature, key: VerifierKey): boolean =>
  name === key.name && keyHash === key.keyHash

const isSameSigner = (one: NoteSignature, other: NoteSignature): boolean =>
  one.name === other.name && one.keyHash === other.keyHash

/** 0 for no cosignature of this key, and for one that does not say when, which a witness must. */
const cosignedAt = (text: string, signature: NoteSignature, key: VerifierKey): number =>
  isBy(signature, key) ? (verifyCosignature(text, signature, key)?.time ?? 0) : 0
