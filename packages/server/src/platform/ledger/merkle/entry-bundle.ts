import { TILE_WIDTH } from './tile-path.ts'

const LENGTH_BYTES = 2
/** What two bytes can count. */
const LONGEST_ENTRY = 0xff_ff

/**
 * Entries as they are served together: each after its length in two bytes, the higher first. No entries make no bytes.
 *
 * @throws RangeError when an entry is empty or longer than 65,535 bytes, or there are more than 256.
 * @see https://c2sp.org/tlog-tiles#log-entries
 */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) throw new RangeError(`a bundle has at most ${TILE_WIDTH} entries`)
  entries.forEach(requireEntry)
  const bundle = new Uint8Array(entries.reduce((bytes, { length }) => bytes + LENGTH_BYTES + length, 0))
  const view = new DataView(bundle.buffer)
  let at = 0
  for (const entry of entries) {
    view.setUint16(at, entry.length)
    bundle.set(entry, at + LENGTH_BYTES)
    at += LENGTH_BYTES + entry.length
  }
  return bundle
}

/**
 * The entries of a bundle, as views into its bytes. Undefined when the bytes end within an entry, an entry is empty, or
 * there are more than 256: nothing of such a bundle is to be used.
 */
export function parseEntryBundle(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const begin = at + LENGTH_BYTES
    if (begin > bytes.length || entries.length === TILE_WIDTH) return undefined
    const length = view.getUint16(at)
    if (length === 0 || begin + length > bytes.length) return undefined
    at = begin + length
    entries.push(bytes.subarray(begin, at))
  }
  return entries
}

function requireEntry({ length }: Uint8Array): void {
  if (length === 0 || length > LONGEST_ENTRY) throw new RangeError(`an entry of ${length} bytes fits no bundle`)
}
