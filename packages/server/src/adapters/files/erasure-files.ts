import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Erasure } from '@forge-cascade/contract'
import { CascadeError, isErrno, isUuid, makeFolder, messageOf, sha256Hex } from '#base'
import type { ErasureFiles, KnownErasure } from '#capsules'
import { replaceDurably, syncFolder } from '../vault/index.ts'

/** The list of what was erased, in its folder and beside backups: who restores one learns of it there. */
export const KNOWN_FILE = 'known-erasures.ndjson'

/**
 * Certificates and the list of what was erased, in a folder of the data folder, readable by its user alone. The list names ids
 * and no content.
 */
export class ErasureFolder implements ErasureFiles {
  readonly #directory: string
  readonly #lists: readonly string[]

  /** @param beside folders that keep the list too: with the keys of backups it is where whoever can open one finds it. */
  constructor(directory: string, beside: readonly string[]) {
    this.#directory = directory
    this.#lists = [directory, ...beside].map((folder) => join(folder, KNOWN_FILE))
  }

  async known(): Promise<readonly KnownErasure[]> {
    const entries = this.#lists.flatMap(readKnown)
    return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()]
  }

  async remember(entries: readonly KnownErasure[]): Promise<void> {
    for (const list of this.#lists) {
      makeFolder(dirname(list), 0o700)
      addKnown(list, entries)
    }
  }

  async certify(receipt: Erasure): Promise<{ readonly path: string; readonly sha256: string }> {
    makeFolder(this.#directory, 0o700)
    const path = join(this.#directory, `${receipt.id}.json`)
    const text = `${JSON.stringify({ ...receipt, certificate: path }, null, 2)}\n`
    replaceDurably(path, text)
    return { path, sha256: sha256Hex(text) }
  }
}

/** @throws CascadeError DATA_CORRUPT when a line in the middle is none of ours: what it forbids would come back. */
export function readKnown(file: string): readonly KnownErasure[] {
  const text = readText(file)
  const lines = text.split('\n')
  // What a crash cut short was not acknowledged: the erasure it belongs to had not begun to erase.
  lines.pop()
  return lines.map((line, index) => parseKnown(file, line, index))
}

/** Adds the entries that are not there, so that they are on the disk when this returns. */
export function addKnown(file: string, entries: readonly KnownErasure[]): void {
  const there = new Set(readKnown(file).map(keyOf))
  const text = entries
    .filter((entry) => !there.has(keyOf(entry)))
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join('')
  const handle = openSync(file, 'a', 0o600)
  try {
    // A line that was cut short goes: the next one must not be part of it.
    ftruncateSync(handle, wholeBytes(file))
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  syncFolder(dirname(file))
}

/** Bytes of the lines that are whole. */
const wholeBytes = (file: string): number => {
  const text = readText(file)
  return Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1))
}

const keyOf = ({ erasure, ids }: KnownErasure): string => `${erasure} ${ids[0] ?? ''}`

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    throw error
  }
}

function parseKnown(file: string, line: string, index: number): KnownErasure {
  try {
    const value: unknown = JSON.parse(line)
    if (isKnown(value)) return value
    throw new Error('it has another shape')
  } catch (error) {
    throw new CascadeError(
      'DATA_CORRUPT',
      `Line ${index + 1} of ${file} is no entry of erasures: ${messageOf(error)}. Mend it before starting: what it names would come back.`,
      { cause: error },
    )
  }
}

const isKnown = (value: unknown): value is KnownErasure => {
  if (typeof value !== 'object' || value === null) return false
  const { erasure, legalBasis, requestedBy, at, ids, owner } = value as Partial<Record<keyof KnownErasure, unknown>>
  return (
    isUuid(erasure) &&
    typeof legalBasis === 'string' &&
    isUuid(requestedBy) &&
    typeof at === 'number' &&
    Array.isArray(ids) &&
    ids.every(isUuid) &&
    (owner === null || isUuid(owner))
  )
}
