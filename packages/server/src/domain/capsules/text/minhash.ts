/**
 * Near-duplicates by MinHash: two texts have about as many equal positions in their signatures as their sets of
 * shingles overlap (Jaccard). Rows of a signature are hashed into bands, so that near-duplicates meet by equality and
 * no text is compared with all others.
 *
 * @see A. Broder, "On the resemblance and containment of documents", 1997; banding after Leskovec, Rajaraman, Ullman,
 * "Mining of Massive Datasets", chapter 3; keeping only the low bits after Li and König, "b-Bit Minwise Hashing", 2010
 */
export type Signature = Uint16Array

/** Each band is a row written with the capsule, so there are few. */
const BANDS = 8
/**
 * A pair with Jaccard J shares a band with probability 1 - (1 - J^5)^8: 0.96 at 0.8, 0.998 at 0.9; 0.22 at 0.5, 0.02 at
 * 0.3. What slips through is dropped by `similarity`.
 */
const ROWS = 5
const PERMUTATIONS = BANDS * ROWS

/** Estimated Jaccard from which a pair is reported: 0.8 less one standard error of the estimate. */
export const NEAR_DUPLICATE_SIMILARITY = 0.75

/** Below this many words, three-word shingles are too few to survive one changed word: shingles of characters it is. */
const WORDS_FOR_WORD_SHINGLES = 16
const CHARACTER_SHINGLE = 5
/** "Thanks a lot!" resembles thousands of others and means nothing by it. Letters and single spaces counted. */
const CHARACTERS_MIN = 24
/** "ha ha ha ha …" is long and has two shingles. */
const DISTINCT_SHINGLES_MIN = 8

/** Shingles that are kept until all permutations are taken over them at once. */
const SHINGLES_AT_ONCE = 512

const SEEDS = Int32Array.from({ length: PERMUTATIONS }, (_, index) => mix(Math.imul(index + 1, 0x9e3779b1)))
const FACTORS = Int32Array.from(SEEDS, (seed) => mix(seed ^ 0x5bd1e995) | 1)

// Scratch space: filled and read within one synchronous call.
const minima = new Int32Array(PERMUTATIONS)
const shingles = new Int32Array(SHINGLES_AT_ONCE)
let shingleCount = 0
const seen = new Uint32Array(8)

/**
 * The signature of a text's shingles (three words in a row, or five characters where words are few), blind to case,
 * punctuation and white space. Nothing for a text that is too short or too repetitive to tell it from others.
 */
export function minhash(text: string): Signature | undefined {
  const plain = text.normalize('NFC').toLowerCase()
  clear()
  const { words, characters } = addWordShingles(plain)
  if (characters < CHARACTERS_MIN) return undefined
  if (words < WORDS_FOR_WORD_SHINGLES) {
    clear()
    addCharacterShingles(plain)
  }
  if (countSeen() < DISTINCT_SHINGLES_MIN) return undefined
  takeMinima()
  return new Uint16Array(minima)
}

/** Estimated Jaccard similarity, 0 to 1; standard error 0.06 at 0.8. */
export function similarity(a: Signature, b: Signature): number {
  let equal = 0
  for (let index = 0; index < PERMUTATIONS; index++) if (a[index] === b[index]) equal++
  return equal / PERMUTATIONS
}

/**
 * The keys under which a text is filed and looked up: eight integers below 2^51, each naming its band in the upper
 * three bits, so that one index column holds all. Two texts that share a key are candidates.
 */
export function bands(signature: Signature): number[] {
  return Array.from({ length: BANDS }, (_, band) => bandKey(signature, band))
}

/** 80 bytes, little endian. */
export function signatureBytes(signature: Signature): Uint8Array {
  const bytes = Buffer.alloc(PERMUTATIONS * 2)
  for (let index = 0; index < PERMUTATIONS; index++) bytes.writeUInt16LE(signature[index]!, index * 2)
  return bytes
}

/** The signature that `signatureBytes` wrote; nothing when the bytes have another length, as of another version. */
export function parseSignature(bytes: Uint8Array): Signature | undefined {
  if (bytes.byteLength !== PERMUTATIONS * 2) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint16Array.from({ length: PERMUTATIONS }, (_, index) => view.getUint16(index * 2, true))
}

function clear(): void {
  minima.fill(GREATEST)
  seen.fill(0)
  shingleCount = 0
}

/**
 * Walks the words once, with the hashes of the last two at hand; no string is made. Counts words, and characters as
 * letters and one space a word.
 */
function addWordShingles(plain: string): { readonly words: number; readonly characters: number } {
  let [hash, beforeLast, last, words, letters] = [FNV_BASIS, 0, 0, 0, 0]
  // One step past the end closes the last word.
  for (let index = 0; index <= plain.length; index++) {
    const code = index < plain.length ? plain.charCodeAt(index) : SPACE
    if (isWordCode(code)) {
      hash = Math.imul(hash ^ code, FNV_PRIME)
      letters++
    } else if (hash !== FNV_BASIS) {
      const word = mix(hash)
      if (++words >= 3) addShingle(mix(Math.imul(beforeLast, 31) + Math.imul(last, 17) + word))
      beforeLast = last
      last = word
      hash = FNV_BASIS
    }
  }
  return { words, characters: letters + words }
}

/** A text of few words may still be long (Chinese, one long token): every run of five characters is a shingle. */
function addCharacterShingles(plain: string): void {
  const codes = foldedCodes(plain)
  for (let start = 0; start + CHARACTER_SHINGLE <= codes.length; start++) {
    let hash = FNV_BASIS
    for (let offset = 0; offset < CHARACTER_SHINGLE; offset++) {
      hash = Math.imul(hash ^ codes[start + offset]!, FNV_PRIME)
    }
    addShingle(mix(hash))
  }
}

function foldedCodes(plain: string): Uint16Array {
  const codes = new Uint16Array(plain.length)
  let length = 0
  for (let index = 0; index < plain.length; index++) {
    const code = plain.charCodeAt(index)
    if (isWordCode(code)) codes[length++] = code
    else if (length > 0 && codes[length - 1] !== SPACE) codes[length++] = SPACE
  }
  return codes.subarray(0, codes[length - 1] === SPACE ? length - 1 : length)
}

function addShingle(shingle: number): void {
  if (shingleCount === SHINGLES_AT_ONCE) takeMinima()
  seen[(shingle >>> 5) & 7]! |= 1 << (shingle & 31)
  shingles[shingleCount++] = shingle
}

/**
 * The least of each permutation over the shingles that are kept. Permutations outside, shingles inside: the inner loop
 * then works on registers. Values are compared as signed numbers with the uppermost bit turned, which is the order of
 * unsigned ones.
 */
function takeMinima(): void {
  const count = shingleCount
  for (let index = 0; index < PERMUTATIONS; index++) {
    const seed = SEEDS[index]!
    const factor = FACTORS[index]!
    let least = minima[index]!
    for (let at = 0; at < count; at++) {
      const value = Math.imul(shingles[at]! ^ seed, factor)
      const permuted = value ^ (value >>> 15) ^ SIGN
      if (permuted < least) least = permuted
    }
    minima[index] = least
  }
  shingleCount = 0
}

/** How many different shingles were added, counted in 256 slots: exact enough to tell few from many. */
function countSeen(): number {
  let count = 0
  for (let word of seen) for (; word !== 0; word &= word - 1) count++
  return count
}

function bandKey(signature: Signature, band: number): number {
  let [high, low] = [0x811c9dc5, 0x9e3779b1]
  for (let row = band * ROWS; row < (band + 1) * ROWS; row++) {
    high = mix(high ^ signature[row]!)
    low = mix(low + signature[row]!)
  }
  return band * 2 ** 48 + (high & 0xffff) * 2 ** 32 + low
}

/** The sign bit, and the greatest number of 32 bits with a sign. */
const SIGN = 0x80000000 | 0
const GREATEST = 0x7fffffff
const SPACE = 32
const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** Letters and digits of ASCII, and all beyond Latin-1's symbols but the blocks of general and CJK punctuation. */
function isWordCode(code: number): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57)
  if (code < 0xc0) return code === 0xaa || code === 0xb5 || code === 0xba
  return !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x303f) && code !== 0xfeff
}

/** Spreads every bit over all 32 (the finalizer of MurmurHash3, public domain by A. Appleby). */
function mix(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
