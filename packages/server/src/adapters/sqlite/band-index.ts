import type { Database } from './database.ts'
import { HashChains } from './hash-chains.ts'

/** Entries of a chain that are looked at for one band: the newest come first. */
const CHAIN_STEPS_MAX = 64

/**
 * Which versions carry a band of a MinHash, in memory. A function of the rows of `signatures`, read anew whenever the
 * store is opened. Entries of versions that are no longer heads stay until then: whoever finds one looks at its capsule
 * before believing it. Two bands that fall together cost a comparison.
 */
export class BandIndex {
  readonly #chains = new HashChains()

  /** How many entries there are. */
  get size(): number {
    return this.#chains.size
  }

  add(band: number, version: number): void {
    this.#chains.add(band, version)
  }

  /** The newest versions with the band, at most `limit`. */
  find(band: number, limit: number): number[] {
    return this.#chains.find(band, limit, CHAIN_STEPS_MAX)
  }

  /** Takes back the newest entries, down to a size that the index had before. */
  shrinkTo(size: number): void {
    this.#chains.shrinkTo(size)
  }

  /** Enters the bands of all heads. */
  load(database: Database): void {
    const rows = database.iterateArrays<readonly [version: number, bands: Uint8Array]>(
      'SELECT s.version, s.bands FROM capsules c CROSS JOIN signatures s ON s.version = c.head ORDER BY c.key',
    )
    for (const [version, bands] of rows) for (const band of parseBands(bands)) this.add(band, version)
  }
}

export const bandBytes = (bands: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(bands).buffer)

/** The keys that `bandBytes` wrote. */
function parseBands(bytes: Uint8Array): Float64Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  return new Float64Array(buffer, byteOffset, byteLength / 8)
}
