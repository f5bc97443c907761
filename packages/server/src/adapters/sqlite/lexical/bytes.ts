const FIRST_BYTES = 256
const LOW_BITS = 0x7f
const MORE = 0x80

/** Bytes that grow as numbers are written: unsigned numbers below 2^32 of variable length, seven bits a byte. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES)
  length = 0

  number(value: number): void {
    if (this.length + 5 > this.#bytes.length) this.#grow(5)
    let rest = value
    while (rest > LOW_BITS) {
      this.#bytes[this.length++] = (rest & LOW_BITS) | MORE
      rest >>>= 7
    }
    this.#bytes[this.length++] = rest
  }

  bytes(added: Uint8Array): void {
    if (this.length + added.length > this.#bytes.length) this.#grow(added.length)
    this.#bytes.set(added, this.length)
    this.length += added.length
  }

  /** What was written, without a copy; good until the next call. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  #grow(missing: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + missing))
    grown.set(this.view())
    this.#bytes = grown
  }
}

/** Reads numbers as `ByteWriter` writes them; behind the end of the bytes it reads zeros. */
export class ByteReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  get isOver(): boolean {
    return this.at >= this.#bytes.length
  }

  number(): number {
    const bytes = this.#bytes
    let byte = bytes[this.at++] ?? 0
    let value = byte & LOW_BITS
    for (let shift = 7; byte >= MORE; shift += 7) {
      byte = bytes[this.at++] ?? 0
      value |= (byte & LOW_BITS) << shift
    }
    return value >>> 0
  }
}

/** Numbers of 32 bits, little-endian, as a column of a row keeps them. */
export const packWords = (words: Uint32Array): Uint8Array => {
  const bytes = new Uint8Array(words.slice().buffer)
  if (!isLittleEndian) Buffer.from(bytes.buffer).swap32()
  return bytes
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The words of a column, from the byte `from` on, as many as given or as there are. */
export function unpackWords(bytes: Uint8Array, from = 0, count = Math.floor((bytes.length - from) / 4)): Uint32Array {
  // A copy begins on a word, which the column of a row need not.
  const own = bytes.slice(from, from + count * 4)
  if (isLittleEndian) return new Uint32Array(own.buffer, 0, own.length / 4)
  const view = new DataView(own.buffer)
  return Uint32Array.from({ length: own.length / 4 }, (_, at) => view.getUint32(at * 4, true))
}
