import { CascadeError, saltedDigest, sha256Hex } from '#base'
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  manifestName,
  objectName,
  SEGMENT_FORMAT,
  type UnitEntry,
} from './manifest.ts'
import type { ObjectStore } from './object-store.ts'
import { openUnit, sealUnit } from './sealed-unit.ts'

/** One unit on its way into a segment. */
export interface UnitDraft {
  readonly id: string
  readonly key: Uint8Array
  /** NDJSON. */
  readonly text: string
  readonly capsules: number
  readonly versions: number
}

/** A segment as it is sent: the object and what it holds. */
export interface SegmentDraft {
  readonly manifest: Manifest
  readonly object: Uint8Array
}

export interface SegmentFacts {
  readonly segment: string
  readonly madeAt: string
  readonly firstSequence: number | null
  readonly lastSequence: number
}

/** Units that were sealed, one by one, so that no more than one lies in memory as text. */
export class SegmentWriter {
  readonly #segment: string
  readonly #level: number
  readonly #parts: Buffer[] = []
  readonly #units: UnitEntry[] = []
  #bytes = 0

  /** @param level of zstd, 1-22. */
  constructor(segment: string, level: number) {
    this.#segment = segment
    this.#level = level
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  get units(): readonly UnitEntry[] {
    return this.#units
  }

  async add({ id, key, text, capsules, versions }: UnitDraft): Promise<void> {
    const content = Buffer.from(text)
    const sealed = await sealUnit(key, { segment: this.#segment, id }, content, this.#level)
    this.#units.push({
      id,
      offset: this.#bytes,
      bytes: sealed.length,
      sha256: sha256Hex(sealed),
      contentDigest: saltedDigest(key, text),
      contentBytes: content.length,
      capsules,
      versions,
    })
    this.#parts.push(sealed)
    this.#bytes += sealed.length
  }

  end(facts: Omit<SegmentFacts, 'segment'>): SegmentDraft {
    return draftOf({ ...facts, segment: this.#segment }, 1, this.#units, Buffer.concat(this.#parts))
  }
}

function draftOf(
  facts: SegmentFacts,
  generation: number,
  units: readonly UnitEntry[],
  object: Uint8Array,
): SegmentDraft {
  const name = objectName(facts.segment, generation)
  const manifest: Manifest = {
    format: SEGMENT_FORMAT,
    ...facts,
    generation,
    object: name,
    bytes: object.length,
    sha256: sha256Hex(object),
    units,
  }
  return { manifest, object }
}

/** The segment without these units, as its next generation. Others are taken over sealed as they are. */
export function withoutUnits(manifest: Manifest, object: Uint8Array, gone: ReadonlySet<string>): SegmentDraft {
  const kept = manifest.units.filter(({ id }) => !gone.has(id))
  const parts = kept.map(({ offset, bytes }) => object.subarray(offset, offset + bytes))
  let end = 0
  const units = kept.map((unit) => {
    const moved = { ...unit, offset: end }
    end += unit.bytes
    return moved
  })
  return draftOf(manifest, manifest.generation + 1, units, Buffer.concat(parts))
}

/**
 * Brings a segment to its place: the object first, then the manifest that names it. What arrived is read back and compared
 * before this returns.
 *
 * @throws CascadeError UNAVAILABLE, STORAGE_FULL, ARCHIVE_DAMAGED when something else came back than was sent.
 */
export async function putSegment(store: ObjectStore, { manifest, object }: SegmentDraft): Promise<void> {
  await putChecked(store, manifest.object, object)
  await putChecked(store, manifestName(manifest.segment), encodeManifest(manifest))
}

async function putChecked(store: ObjectStore, name: string, bytes: Uint8Array): Promise<void> {
  await store.put(name, bytes)
  const back = await store.get(name)
  if (back && sha256Hex(back) === sha256Hex(bytes)) return
  throw new CascadeError('ARCHIVE_DAMAGED', `${name} came back from ${store.place} otherwise than it was sent.`)
}

/** The manifest as it is now; undefined when the segment is not there. @throws CascadeError ARCHIVE_DAMAGED, UNAVAILABLE. */
export async function readManifest(store: ObjectStore, segment: string): Promise<Manifest | undefined> {
  const bytes = await store.get(manifestName(segment))
  return bytes && decodeManifest(segment, bytes)
}

/** As `readManifest`, of a segment that must be there. @throws CascadeError ARCHIVE_DAMAGED also where it is not. */
export async function requireManifest(store: ObjectStore, segment: string): Promise<Manifest> {
  const manifest = await readManifest(store, segment)
  if (manifest) return manifest
  throw new CascadeError('ARCHIVE_DAMAGED', `The manifest of segment ${segment} is not in ${store.place}.`)
}

/**
 * The text of one unit.
 *
 * @throws CascadeError ARCHIVE_DAMAGED when it is missing or not what was sealed, UNAVAILABLE.
 */
export async function readUnit(
  store: ObjectStore,
  { segment, object }: Manifest,
  { id, offset, bytes, sha256, contentDigest }: UnitEntry,
  key: Uint8Array,
): Promise<string> {
  const sealed = await store.get(object, { offset, bytes })
  if (!sealed) throw new CascadeError('ARCHIVE_DAMAGED', `${object} is not in ${store.place}.`)
  if (sha256Hex(sealed) !== sha256)
    throw new CascadeError('ARCHIVE_DAMAGED', `What ${object} holds of ${id} differs from its digest in the manifest.`)
  const text = (await openUnit(key, { segment, id }, sealed)).toString('utf8')
  if (saltedDigest(key, text) === contentDigest) return text
  throw new CascadeError('ARCHIVE_DAMAGED', `The text that ${object} holds of ${id} differs from its digest.`)
}

/** The whole object, after its digest was compared. @throws CascadeError ARCHIVE_DAMAGED, UNAVAILABLE. */
export async function readObject(store: ObjectStore, { object, sha256 }: Manifest): Promise<Uint8Array> {
  const bytes = await store.get(object)
  if (!bytes) throw new CascadeError('ARCHIVE_DAMAGED', `${object} is not in ${store.place}.`)
  if (sha256Hex(bytes) === sha256) return bytes
  throw new CascadeError('ARCHIVE_DAMAGED', `${object} in ${store.place} differs from its digest in the manifest.`)
}
