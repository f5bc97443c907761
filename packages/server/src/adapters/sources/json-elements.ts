import { decode } from './file-text.ts'

/** One element of the list, as the JSON text of it; or why it is not read. */
export type JsonElement = { readonly text: string } | { readonly unfit: string }

export interface JsonElementsOptions {
  /** Members of an outermost object whose list is meant; without a match nothing is. */
  readonly lists: ReadonlySet<string>
  /** A larger element is passed over. */
  readonly elementBytesMax: number
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
/** A longer name of a member is none of those looked for. */
const NAME_BYTES_MAX = 64

/** What a byte outside of strings means to the shape of a document. */
const SPACE = 1
const OPENS = 2
const CLOSES = 3
const MEANING = new Uint8Array(256)
for (const space of [0x20, 0x09, 0x0a, 0x0d]) MEANING[space] = SPACE
for (const opening of '[{') MEANING[opening.charCodeAt(0)] = OPENS
for (const closing of ']}') MEANING[closing.charCodeAt(0)] = CLOSES

/**
 * Cuts a list, given in pieces, into its elements. It looks at brackets and strings alone, so it needs no more memory
 * than one element, and an element that is no JSON spoils itself and not its neighbours: whoever parses it finds out.
 *
 * @see RFC 8259
 */
export class JsonElements {
  readonly #options: JsonElementsOptions
  #found: JsonElement[] = []
  #depth = 0
  #inString = false
  #escaped = false
  /** Depth of what stands in the list; 0 outside of it. */
  #listDepth = 0
  #wasList = false
  #isStarted = false
  #problem: string | undefined
  /** Bytes of the element that is being read; undefined between two elements. */
  #pieces: Uint8Array[] | undefined
  #size = 0
  /** The last string in the outermost object, and whether a list would be its value. */
  #name: number[] = []
  #isNamed = false

  constructor(options: JsonElementsOptions) {
    this.#options = options
  }

  /** Elements that end in this piece. */
  push(bytes: Uint8Array): readonly JsonElement[] {
    this.#found = []
    if (this.#problem !== undefined) return []
    let begin = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.#inString) {
        this.#string(byte)
        continue
      }
      const meaning = MEANING[byte]
      if (meaning === SPACE) continue
      if (!this.#isStarted && !this.#start(byte)) {
        if (this.#problem !== undefined) return []
        continue
      }
      const isOpen = this.#pieces !== undefined
      if (this.#depth === this.#listDepth && this.#listDepth > 0) {
        const ends = byte === COMMA || meaning === CLOSES
        if (ends && isOpen) this.#finish(bytes.subarray(begin, at))
        else if (!ends && !isOpen) {
          begin = at
          this.#pieces = []
          this.#size = 0
        }
      }
      if (byte === QUOTE) this.#openString()
      else if (meaning === OPENS) this.#open(byte)
      else if (meaning === CLOSES) this.#close()
      else if (this.#depth === 1 && this.#listDepth === 0) this.#isNamed = byte === COLON
    }
    if (this.#pieces) this.#keep(bytes.subarray(begin))
    return this.#found
  }

  /** Why what was given is not a whole list; undefined when it is. */
  end(): string | undefined {
    if (this.#problem !== undefined) return this.#problem
    if (!this.#isStarted) return 'it is empty'
    if (this.#depth > 0 || this.#inString) return 'it ends in the middle; it was not written or copied to its end'
    return this.#wasList ? undefined : `it holds no list${this.#namesLookedFor()}`
  }

  #namesLookedFor(): string {
    return ` of its own and none named ${[...this.#options.lists].join(', ')}`
  }

  #start(byte: number): boolean {
    if (BYTE_ORDER_MARK.includes(byte)) return false
    this.#isStarted = true
    if (MEANING[byte] === OPENS) return true
    this.#problem = 'it begins with neither [ nor {, so it is no list'
    return false
  }

  #string(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#inString = false
    if (this.#listDepth === 0 && this.#depth === 1 && this.#inString && this.#name.length <= NAME_BYTES_MAX)
      this.#name.push(byte)
  }

  #openString(): void {
    this.#inString = true
    if (this.#listDepth > 0 || this.#depth !== 1) return
    this.#name = []
    this.#isNamed = false
  }

  #open(byte: number): void {
    const isList = byte === 0x5b
    const isMeant = this.#depth === 0 || (this.#depth === 1 && this.#isNamed && this.#isListNamed())
    this.#depth++
    if (isList && isMeant && this.#listDepth === 0 && !this.#wasList) this.#listDepth = this.#depth
  }

  #isListNamed(): boolean {
    return this.#options.lists.has(Buffer.from(this.#name).toString())
  }

  #close(): void {
    if (this.#listDepth > 0 && this.#depth === this.#listDepth) {
      this.#listDepth = 0
      this.#wasList = true
    }
    this.#depth = Math.max(0, this.#depth - 1)
    this.#isNamed = false
  }

  #keep(bytes: Uint8Array): void {
    this.#size += bytes.byteLength
    if (this.#size > this.#options.elementBytesMax) this.#pieces = []
    else this.#pieces?.push(bytes)
  }

  #finish(rest: Uint8Array): void {
    this.#keep(rest)
    this.#found.push(this.#element())
    this.#pieces = undefined
  }

  #element(): JsonElement {
    const { elementBytesMax } = this.#options
    if (this.#size > elementBytesMax)
      return { unfit: `it has ${this.#size} bytes; at most ${elementBytesMax} are read` }
    const text = decode(Buffer.concat(this.#pieces ?? []))
    return text === undefined ? { unfit: 'it is not UTF-8 text' } : { text }
  }
}
