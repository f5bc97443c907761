import { createCipheriv, createDecipheriv } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { CascadeError, canonicalJson } from '#base'

/** Bytes of a key of AES-256. */
export const UNIT_KEY_BYTES = 32
const TAG_BYTES = 16
/** A key seals one unit once, so that its nonce may be the same for all. */
const NONCE = Buffer.alloc(12)
/** What a unit may hold when it is opened: nothing that was not put in is unpacked. */
export const UNIT_BYTES_MAX = 256 * 1024 * 1024

/** Which unit of which segment it is; no other one can take its place. */
export interface UnitPlace {
  readonly segment: string
  readonly id: string
}

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/**
 * A unit of a segment: text, compressed with zstd as a frame of its own and sealed with a key of its own (AES-256-GCM), so
 * that each can be read, and closed for good, without the others.
 *
 * @see NIST SP 800-38D
 */
export async function sealUnit(
  key: Uint8Array,
  place: UnitPlace,
  text: Uint8Array,
  compressionLevel: number,
): Promise<Buffer> {
  const packed = await compress(text, { params: { [constants.ZSTD_c_compressionLevel]: compressionLevel } })
  const cipher = createCipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES }).setAAD(boundTo(place))
  return Buffer.concat([cipher.update(packed), cipher.final(), cipher.getAuthTag()])
}

/** @throws CascadeError ARCHIVE_DAMAGED for anything but the unit that was sealed with this key for this place. */
export async function openUnit(key: Uint8Array, place: UnitPlace, sealed: Uint8Array): Promise<Buffer> {
  try {
    const end = Math.max(0, sealed.length - TAG_BYTES)
    const cipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES })
    cipher.setAAD(boundTo(place)).setAuthTag(sealed.subarray(end))
    const packed = Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()])
    return await decompress(packed, { maxOutputLength: UNIT_BYTES_MAX })
  } catch (error) {
    // node:crypto says no more than that it is not genuine.
    const detail = `What segment ${place.segment} holds of ${place.id} was altered, cut, or sealed with another key.`
    throw new CascadeError('ARCHIVE_DAMAGED', detail, { cause: error })
  }
}

const boundTo = ({ segment, id }: UnitPlace): Buffer => Buffer.from(canonicalJson({ format: 1, id, segment }))
