import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CascadeError, fileTrouble, makeFolder, toRfc3339, unreadable } from '#base'
import { appendDurably, overwriteDurably, syncFolder } from './durable.ts'
import type { SealedHeader, SealedKind } from './sealed-header.ts'

/** Bytes of a key of AES-256. */
const KEY_BYTES = 32
const ENDING = '.keys'
const DESTROYED = 'destroyed.ndjson'

/** What a key is for, as far as is known when it is made. */
export interface KeyFacts {
  readonly keyId: string
  readonly kind: SealedKind
  /** Of what it seals. */
  readonly id: string
  /** The file that was sealed with it, where it was written. */
  readonly place: string
  readonly sequence: number
  readonly madeAt: string
  /** True when the key itself was also written into a file of the person's choosing, out of our reach. */
  readonly handedOut: boolean
  /** That file, as it was named then; it may have been moved since. */
  readonly keyFile?: string
}

/** A key that there is, and the group that it stands in. */
export interface RingEntry extends KeyFacts {
  readonly group: string
}

/** That a key is gone; what it sealed can be opened by nobody who has no copy of it. */
export interface DestroyedKey extends RingEntry {
  readonly destroyedAt: string
  readonly why: string
}

/**
 * The keys of backups and shipped segments, apart from what they open: a folder with one file a group, a line a key. A
 * group is what is destroyed together: a backup, or the base of a chain with its segments. Every key seals one file.
 *
 * Synchronous, for the threads that seal. Several may add at once: each group has one writer.
 */
export class KeyRing {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  /** Makes a key and puts it on the disk. @throws the system's error. */
  create(group: string, facts: KeyFacts): Buffer {
    makeFolder(this.directory, 0o700)
    const key = randomBytes(KEY_BYTES)
    // A line begins with its own end of line: what a crash left of the one before does not swallow it.
    appendDurably(this.#file(group), `\n${JSON.stringify({ ...facts, key: key.toString('base64url') })}\n`)
    return key
  }

  /** The key, or undefined when it is not here or was destroyed. */
  find(keyId: string): Buffer | undefined {
    for (const group of this.#groups()) {
      const text = readFileSync(this.#file(group), 'utf8')
      // A look at the text first: parsing thousands of lines takes longer than passing over them.
      const line = text.includes(keyId) ? linesOf<KeyLine>(text).find((one) => one.keyId === keyId) : undefined
      if (line) return Buffer.from(line.key, 'base64url')
    }
    return undefined
  }

  /** Every key that there is, without the keys themselves, oldest first. */
  list(): RingEntry[] {
    return this.#groups()
      .flatMap((group) => this.#linesOf(group).map(({ key: _, ...facts }) => ({ ...facts, group })))
      .toSorted((a, b) => (a.madeAt < b.madeAt ? -1 : a.madeAt > b.madeAt ? 1 : 0))
  }

  /**
   * Destroys the keys of a group: what they sealed is closed for good, here and in every copy. It is recorded first, so
   * that a crash in between is finished by `finish`; then overwritten and removed. A file system that writes elsewhere
   * than in place, and a disk that does, may keep what was there: that is theirs to answer for.
   *
   * @returns the keys that are gone; none when there is no such group.
   */
  destroy(group: string, why: string, now: number): DestroyedKey[] {
    const gone = this.#linesOf(group).map(({ key: _, ...facts }) => ({
      ...facts,
      group,
      destroyedAt: toRfc3339(now),
      why,
    }))
    for (const one of gone) appendDurably(join(this.directory, DESTROYED), `\n${JSON.stringify(one)}\n`)
    this.#shred(group)
    return gone
  }

  /** Takes away the keys of a group that never sealed a file. */
  forget(group: string): void {
    this.#shred(group)
  }

  /** Every key that was destroyed, oldest first. */
  destroyed(): DestroyedKey[] {
    const file = join(this.directory, DESTROYED)
    return existsSync(file) ? linesOf<DestroyedKey>(readFileSync(file, 'utf8')) : []
  }

  /** Ends what a crash interrupted: a group that is recorded as destroyed is not there any more. */
  finish(): void {
    const recorded = new Set(this.destroyed().map(({ group }) => group))
    for (const group of this.#groups()) if (recorded.has(group)) this.#shred(group)
  }

  #shred(group: string): void {
    const file = this.#file(group)
    if (!existsSync(file)) return
    overwriteDurably(file, randomBytes(statSync(file).size))
    rmSync(file)
    syncFolder(this.directory)
  }

  #linesOf(group: string): KeyLine[] {
    const file = this.#file(group)
    return existsSync(file) ? linesOf<KeyLine>(readFileSync(file, 'utf8')) : []
  }

  #groups(): string[] {
    if (!existsSync(this.directory)) return []
    const files = readdirSync(this.directory).filter((name) => name.endsWith(ENDING))
    return files.map((name) => name.slice(0, -ENDING.length)).toSorted()
  }

  #file = (group: string): string => join(this.directory, `${group}${ENDING}`)
}

interface KeyLine extends KeyFacts {
  readonly key: string
}

/** Lines of ours; one that a crash cut in half never had a file that it opens. */
function linesOf<Line>(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      // The ring writes these lines itself, in a folder that its user alone can write.
      return line === '' ? [] : [JSON.parse(line) as Line]
    } catch {
      return []
    }
  })
}

/** Writes a key into a file of its own, for whoever takes a backup elsewhere. @throws CascadeError UNPROCESSABLE. */
export function handOut(key: Uint8Array, keyId: string, path: string): void {
  if (existsSync(path))
    throw new CascadeError('UNPROCESSABLE', `${path} is there already; a key never replaces a file.`)
  try {
    appendDurably(path, `${JSON.stringify({ keyId, key: Buffer.from(key).toString('base64url') })}\n`)
  } catch (error) {
    throw new CascadeError('UNPROCESSABLE', `The key cannot be written to ${path}: ${fileTrouble(error)}.`, {
      cause: error,
    })
  }
}

/** Reads what `handOut` wrote. @throws CascadeError SOURCE_UNREADABLE, BACKUP_KEY_MISSING when it is another one's. */
export function readHandedOut(path: string, { keyId, keys }: Pick<SealedHeader, 'keyId' | 'keys'>): Buffer {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(`The key ${path}`, error)
  }
  const line = linesOf<Partial<KeyLine>>(text).find((one) => one.keyId === keyId)
  const key = Buffer.from(line?.key ?? '', 'base64url')
  if (key.length === KEY_BYTES) return key
  throw new CascadeError(
    'BACKUP_KEY_MISSING',
    `${path} does not hold the key ${keyId}, which this backup needs. It may be the key of another backup; or an erasure has written this one anew since, under a key that lies in ${keys} alone: name that folder with --keys, or make a new backup with --with-key.`,
  )
}
