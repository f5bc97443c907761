import { CascadeError, canonicalJson } from '#base'

/** The first bytes of every sealed file, with the version of the format in the last. */
export const MAGIC = Buffer.from('FCSEALED\u0001', 'latin1')
/** A header names a few things; more than this is none of ours. */
export const HEADER_BYTES_MAX = 64 * 1024

/** What is sealed: a backup of the store, the copy that a chain of segments begins with, a stretch of the log. */
export type SealedKind = 'backup' | 'base' | 'segment'

/** Where a base or a segment stands in its chain. */
export interface ChainPlace {
  readonly id: string
  /** Of a segment its number, from 1 and without gaps; of a base that of the last segment it surely holds. */
  readonly number: number
  /** SHA-256 of the file of the segment before; null for the first one and for a base. */
  readonly previous: string | null
  /** Newest leaf before this stretch; -1 for none. */
  readonly after: number
}

/** What anyone may read of a sealed file; all of it is bound to the content, so that none can be exchanged. */
export interface SealedHeader {
  readonly kind: SealedKind
  /** Of what is sealed; it stays when the same is sealed anew. */
  readonly id: string
  readonly keyId: string
  /** Folder in which the key was put; where to look when nobody names another. */
  readonly keys: string
  /** RFC 3339. */
  readonly madeAt: string
  /** Newest leaf in it; -1 for an empty store. */
  readonly sequence: number
  readonly chain?: ChainPlace
}

/** Magic, length and JSON: what stands before the first chunk, and what every chunk is bound to. */
export function encodeHeader(header: SealedHeader): Buffer {
  const json = Buffer.from(canonicalJson(header))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([MAGIC, length, json])
}

/** @throws CascadeError BACKUP_INVALID for anything but a header of ours. */
export function decodeHeader(json: Uint8Array, name: string): SealedHeader {
  const header = parse(json)
  if (header === undefined || !isHeader(header)) throw notSealed(name, 'its header is not one of ours')
  return header
}

export const notSealed = (name: string, why: string): CascadeError =>
  new CascadeError('BACKUP_INVALID', `${name} is not whole: ${why}.`)

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString('utf8'))
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= -1
const members = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined

function isHeader(value: unknown): value is SealedHeader {
  const it = members(value)
  if (it === undefined) return false
  const isNamed = [it.id, it.keyId, it.keys, it.madeAt].every(isText)
  const isKind = it.kind === 'backup' || it.kind === 'base' || it.kind === 'segment'
  return isNamed && isKind && isCount(it.sequence) && (it.kind === 'backup' || isPlace(it.chain))
}

function isPlace(value: unknown): boolean {
  const it = members(value)
  if (it === undefined) return false
  return isText(it.id) && isCount(it.number) && isCount(it.after) && (it.previous === null || isText(it.previous))
}
