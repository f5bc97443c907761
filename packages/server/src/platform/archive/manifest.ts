import { CascadeError, canonicalJson, isUuid } from '#base'
import { isObjectName } from './object-store.ts'

/** The version of the format of segments and manifests. */
export const SEGMENT_FORMAT = 'forge-cascade-segment/1'
/** Units of a segment. */
export const SEGMENT_UNITS_MAX = 1000
/** A manifest lists its units in a few hundred bytes each; more than this is none of ours. */
export const MANIFEST_BYTES_MAX = 1024 * 1024

/** One unit of a segment: where it lies in the object, and what it holds. */
export interface UnitEntry {
  readonly id: string
  readonly offset: number
  readonly bytes: number
  /** SHA-256 of the sealed bytes, hex. */
  readonly sha256: string
  /** HMAC-SHA-256 of the text under the unit's key, hex: a plain digest would tell what was in it after its key is gone. */
  readonly contentDigest: string
  /** Of the text before it was compressed. */
  readonly contentBytes: number
  readonly capsules: number
  readonly versions: number
}

/**
 * What a segment holds, in the clear, beside its object. An erasure writes the object anew without what it takes: then the
 * generation rises, and the manifest names the new object from the moment on that this is whole.
 */
export interface Manifest {
  readonly format: typeof SEGMENT_FORMAT
  readonly segment: string
  readonly generation: number
  readonly object: string
  /** RFC 3339. */
  readonly madeAt: string
  readonly bytes: number
  /** SHA-256 of the object, hex. */
  readonly sha256: string
  /** Index of the first entry of the log that tells of any of its capsules; null where none does. */
  readonly firstSequence: number | null
  /** Index of the newest entry of the log when it was made. */
  readonly lastSequence: number
  readonly units: readonly UnitEntry[]
}

export const manifestName = (segment: string): string => `${segment}.manifest.json`
export const objectName = (segment: string, generation: number): string => `${segment}.${generation}.segment`

export const encodeManifest = (manifest: Manifest): Buffer => Buffer.from(`${canonicalJson(manifest)}\n`)

/** @throws CascadeError ARCHIVE_DAMAGED for anything but the manifest of this segment. */
export function decodeManifest(segment: string, bytes: Uint8Array): Manifest {
  const value = bytes.length > MANIFEST_BYTES_MAX ? undefined : parse(bytes)
  if (isManifest(value) && value.segment === segment) return value
  throw new CascadeError('ARCHIVE_DAMAGED', `The manifest of segment ${segment} is none: it was altered or cut.`)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

const members = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isDigest = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isSequence = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= -1

function isManifest(value: unknown): value is Manifest {
  const it = members(value)
  if (it.format !== SEGMENT_FORMAT || !isUuid(it.segment) || !isCount(it.generation)) return false
  if (typeof it.object !== 'string' || !isObjectName(it.object) || typeof it.madeAt !== 'string') return false
  if (!isCount(it.bytes) || !isDigest(it.sha256) || !isSequence(it.lastSequence)) return false
  if (it.firstSequence !== null && !isSequence(it.firstSequence)) return false
  return Array.isArray(it.units) && it.units.length <= SEGMENT_UNITS_MAX && areUnits(it.units, it.bytes)
}

/** They lie one after the other and fill the object. */
function areUnits(units: readonly unknown[], bytes: number): boolean {
  let end = 0
  const isWhole = units.every((unit) => {
    const it = members(unit)
    const fits = it.offset === end && isCount(it.bytes)
    end += Number(it.bytes)
    const counts = [it.contentBytes, it.capsules, it.versions]
    return fits && isUuid(it.id) && isDigest(it.sha256) && isDigest(it.contentDigest) && counts.every(isCount)
  })
  return isWhole && end === bytes
}
