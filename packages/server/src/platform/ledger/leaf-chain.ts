import { isUtf8 } from 'node:buffer'
import { canonicalJson, toRfc3339 } from '#base'
import { FIRST_PREV, LEAF_BYTES_MAX, type Leaf } from './leaf.ts'
import type { Hash } from './merkle/index.ts'

/** What the next entry follows from. */
export interface ChainLink {
  readonly leafHash: Hash
  readonly time: string
}

/** An entry that is what it should be, or why it is not. */
export type ChainStep =
  | { readonly ok: true; readonly link: ChainLink }
  | { readonly ok: false; readonly reason: string }

/** What the first entry follows from. */
export const CHAIN_START: ChainLink = { leafHash: Buffer.from(FIRST_PREV, 'hex'), time: '' }

/** The bytes of an entry, and the leaf hash of them. */
export interface HashedEntry {
  readonly bytes: Uint8Array
  readonly leafHash: Hash
}

/**
 * Whether bytes are the entry at `index` that follows from the one before: the canonical JSON of a leaf, which names its
 * place and the hash of that entry, at a time that is not before its.
 *
 * @param before undefined where the chain is entered in its middle: the first entry is not held against one before.
 */
export function followChain({ bytes, leafHash }: HashedEntry, index: number, before: ChainLink | undefined): ChainStep {
  const leaf = readLeaf(bytes)
  if (typeof leaf === 'string') return { ok: false, reason: leaf }
  const reason = faultOfPlace(leaf, index, before)
  if (reason !== undefined) return { ok: false, reason }
  return { ok: true, link: { leafHash, time: leaf.time } }
}

/** The leaf, or why the bytes are none. */
function readLeaf(bytes: Uint8Array): Leaf | string {
  if (bytes.length > LEAF_BYTES_MAX) return `it has ${bytes.length} bytes`
  if (!isUtf8(bytes)) return 'it is not UTF-8'
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parseJson(text)
  if (value === undefined) return 'it is no JSON'
  if (!isLeaf(value)) return 'it has not the members of a leaf'
  return canonicalOf(value) === text ? value : 'it is not the canonical JSON of what it says'
}

function faultOfPlace(leaf: Leaf, index: number, before: ChainLink | undefined): string | undefined {
  if (leaf.index !== index) return `its index is ${leaf.index}`
  if (!isMoment(leaf.time)) return `its time is ${JSON.stringify(leaf.time.slice(0, SHOWN_CHARACTERS))}`
  if (before === undefined) return undefined
  if (leaf.prev !== Buffer.from(before.leafHash).toString('hex')) return 'its prev is not the hash of the entry before'
  // Both have one spelling with four digits of year, so text compares as time does.
  return leaf.time < before.time
    ? `its time ${leaf.time} is before ${before.time}, that of the entry before`
    : undefined
}

const SHOWN_CHARACTERS = 40

/** Members of a leaf, sorted, and the type of each. */
const MEMBERS: readonly (readonly [name: string, type: 'string' | 'number' | 'object'])[] = [
  ['actor', 'string'],
  ['category', 'string'],
  ['correlation_id', 'string'],
  ['digests', 'object'],
  ['index', 'number'],
  ['payload', 'object'],
  ['prev', 'string'],
  ['subject', 'string'],
  ['time', 'string'],
  ['type', 'string'],
  ['v', 'number'],
]

function isLeaf(value: unknown): value is Leaf {
  if (!isMembers(value) || value.v !== 1 || Object.keys(value).length !== MEMBERS.length) return false
  return MEMBERS.every(([name, type]) => (type === 'object' ? isMembers(value[name]) : typeof value[name] === type))
}

const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** RFC 3339 as we write it; the 30th of February is none. */
function isMoment(time: string): boolean {
  const ms = MOMENT.test(time) ? Date.parse(time) : Number.NaN
  return !Number.isNaN(ms) && toRfc3339(ms) === time
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Damage, which the caller looks for.
    return undefined
  }
}

function canonicalOf(value: unknown): string | undefined {
  try {
    return canonicalJson(value)
  } catch {
    // Lone surrogates and deep nesting have no canonical form.
    return undefined
  }
}
