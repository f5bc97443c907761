import { createPrivateKey, type KeyObject } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  createEd25519Signer,
  openNote,
  parseNote,
  signNote,
  type VerifierKey,
} from '../../packages/server/src/platform/ledger/index.ts'
import { assertHolds, type BrokenRecord, parseRecord, troubleAlone } from './record-folder.ts'
import { digestOf, recordName } from './validation-record.ts'

/** Release evidence within the folder of records: written once. */
export const IMMUTABLE = 'immutable'
const NOTE = '.note'
/** A file that is being written; what breaks off leaves it, and it is no evidence. */
const DRAFT = '.draft'
/** Nobody writes it again by mistake; who may change modes may still. */
const READ_ONLY = 0o444

/** What is signed of a record: what is signed for it is signed for nothing else. */
const signedText = (name: string, digest: string): string => `cascade-validation/v1\n${name}\n${digest}\n`

/**
 * Copies a record below `immutable/` beside a signed note (C2SP signed-note) over its name and digest. Neither replaces a file.
 * Called again after it broke off, with the same record and key, it goes on.
 *
 * @param privateKey Ed25519, PKCS #8 in PEM.
 * @param keyName name of the key in the note.
 * @returns the path of the copy, and the key that verifies the note.
 * @throws Error where the file is no record, it or one before it does not hold, or there is evidence of that name.
 */
export function sealRecord(
  folder: string,
  file: string,
  { privateKey, keyName }: { readonly privateKey: string; readonly keyName: string },
): { readonly path: string; readonly key: VerifierKey } {
  const text = readFileSync(file, 'utf8')
  const record = parseRecord(text)
  if (typeof record === 'string') throw new Error(`${file} is no record: ${record}`)
  const name = recordName(record)
  if (basename(file) !== name) throw new Error(`${file} says that it is ${name}`)
  assertHolds(file)
  const signer = createEd25519Signer(keyName, keyOf(privateKey))
  const place = join(folder, IMMUTABLE)
  mkdirSync(place, { recursive: true })
  const [path, notePath] = [join(place, name), join(place, `${name}${NOTE}`)]
  if (existsSync(path)) throw new Error(`EEXIST: ${path} is there already`)
  const signed = signedText(name, digestOf(text))
  // The note first: evidence without one is never seen. One of a seal that broke off is gone on with.
  if (!isNoteOf(notePath, signed, signer.key)) writeWhole(notePath, signNote(signed, [signer]))
  writeWhole(path, text)
  return { path, key: signer.key }
}

const isNoteOf = (path: string, signed: string, key: VerifierKey): boolean => {
  const note = readText(path)
  return note !== undefined && openNote(note, [key])?.text === signed
}

/** The file is there whole or not at all, whenever this ends. @throws Error (EEXIST) where one is. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}${DRAFT}`
  // One that was left lying is nobody's.
  rmSync(draft, { force: true })
  writeFileSync(draft, text, { flag: 'wx', mode: READ_ONLY, flush: true })
  try {
    // Unlike a rename, a link replaces nothing.
    linkSync(draft, path)
  } finally {
    rmSync(draft)
  }
}

const keyOf = (pem: string): KeyObject => createPrivateKey(pem)

/**
 * Verifies every piece of evidence with the keys of those who may seal, and works its numbers out again, but for those against an
 * earlier record, which need not be there. The first that does not hold is named.
 *
 * @param keys with none nobody's signature is verified, and all else is.
 */
export function checkSealed(
  folder: string,
  keys: readonly VerifierKey[],
): { readonly sealed: number; readonly broken: BrokenRecord | undefined } {
  const place = join(folder, IMMUTABLE)
  const names = readdirSync(place)
    .filter((name) => !name.endsWith(DRAFT))
    .sort()
  for (const file of names) {
    const reason = file.endsWith(NOTE) ? loneNote(names, file) : troubleOf(place, file, keys)
    if (reason !== undefined) return { sealed: 0, broken: { file: `${IMMUTABLE}/${file}`, reason } }
  }
  return { sealed: names.filter((name) => !name.endsWith(NOTE)).length, broken: undefined }
}

const loneNote = (names: readonly string[], file: string): string | undefined =>
  names.includes(file.slice(0, -NOTE.length))
    ? undefined
    : 'it is a note about a record that is not there; where its sealing broke off, seal the record again'

function troubleOf(place: string, file: string, keys: readonly VerifierKey[]): string | undefined {
  const note = readText(join(place, `${file}${NOTE}`))
  if (note === undefined) return 'it has no signed note'
  const opened = keys.length > 0 ? openNote(note, keys) : parseNote(note)
  if (!opened) return keys.length > 0 ? 'no named key signed its note' : 'its note is none'
  const text = readText(join(place, file)) ?? ''
  if (opened.text !== signedText(file, digestOf(text))) return 'it is not what was signed'
  const record = parseRecord(text)
  return typeof record === 'string' ? record : troubleAlone(file, text, record)
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
