import { CascadeError } from '#base'
import { codeWidth, DIMENSIONS_MAX } from './embedding-code.ts'
import type { KernelKind } from './kernel/kernel.ts'
import * as at from './kernel/layout.ts'

/** What another thread needs to open a space: structured clone shares the memory and copies the rest. */
export interface SpaceHandle {
  readonly memory: WebAssembly.Memory
  readonly kernel: KernelKind
}

// A 32-bit memory ends at 4 GiB. The maximum reserves addresses only; pages cost memory once they are written.
export const PAGES_MAX = 65536

/**
 * The shared memory of one space. It grows in place, a segment at a time, so that readers never have to be handed
 * anything after the handle: they see how many slots there are in the header.
 */
export class SpaceMemory {
  readonly memory: WebAssembly.Memory
  readonly header: Int32Array<SharedArrayBuffer>
  readonly dimensions: number
  /** Bytes of a code. */
  readonly width: number
  readonly segmentBytes: number

  /** @throws CascadeError INTERNAL when the memory is no space of this layout. */
  constructor(memory: WebAssembly.Memory) {
    this.memory = memory
    this.header = new Int32Array(sharedBuffer(memory), 0, at.BUSY_WORD + at.READERS_MAX + 1)
    if (this.header[at.MAGIC_WORD] !== at.MAGIC) throw new CascadeError('INTERNAL', 'this memory is no vector space')
    this.dimensions = this.header[at.DIMENSIONS_WORD]!
    this.width = codeWidth(this.dimensions)
    this.segmentBytes = at.CODES + this.width * at.SEGMENT_SLOTS
  }

  /** @throws CascadeError EMBEDDING_MISMATCH for dimensions other than 0 to DIMENSIONS_MAX. */
  static create(dimensions: number): SpaceMemory {
    if (!Number.isInteger(dimensions) || dimensions < 0 || dimensions > DIMENSIONS_MAX)
      throw new CascadeError('EMBEDDING_MISMATCH', `1 to ${DIMENSIONS_MAX} dimensions expected, ${dimensions} came`)
    const memory = reserve(PAGES_MAX)
    const header = new Int32Array(sharedBuffer(memory), 0, at.BUSY_WORD)
    header[at.DIMENSIONS_WORD] = dimensions
    header[at.MAGIC_WORD] = at.MAGIC
    return new SpaceMemory(memory)
  }

  /** Slots are 0 to this, without it; those never written are empty. */
  get slotsEnd(): number {
    return Atomics.load(this.header, at.SLOTS_WORD)
  }

  get slotsMax(): number {
    return Math.floor(((PAGES_MAX - at.SEGMENTS_PAGE) * at.PAGE_BYTES) / this.segmentBytes) * at.SEGMENT_SLOTS
  }

  /** Address of a segment. */
  segmentAt(segment: number): number {
    return at.SEGMENTS_PAGE * at.PAGE_BYTES + segment * this.segmentBytes
  }

  /** Makes room for the segment. For the one writer. @throws CascadeError UNAVAILABLE when there is no memory left. */
  grow(segment: number): void {
    const missing = this.segmentAt(segment + 1) - this.memory.buffer.byteLength
    if (missing <= 0) return
    try {
      this.memory.grow(Math.ceil(missing / at.PAGE_BYTES))
    } catch (cause) {
      throw new CascadeError('UNAVAILABLE', `no memory for segment ${segment} of the vector index`, { cause })
    }
  }

  /** Says that the slot exists. For the one writer, after `grow`. */
  extendTo(slot: number): void {
    if (slot >= this.slotsEnd) Atomics.store(this.header, at.SLOTS_WORD, slot + 1)
  }

  /** The buffer with everything up to `slotsEnd` in it, also when another thread has just grown the memory. */
  refresh(): void {
    const segments = Math.ceil(this.slotsEnd / at.SEGMENT_SLOTS)
    // Growing by nothing makes the engine look at the real size again.
    if (this.memory.buffer.byteLength < this.segmentAt(segments)) this.memory.grow(0)
  }

  get buffer(): SharedArrayBuffer {
    return sharedBuffer(this.memory)
  }
}

function sharedBuffer(memory: WebAssembly.Memory): SharedArrayBuffer {
  if (memory.buffer instanceof SharedArrayBuffer) return memory.buffer
  throw new CascadeError('INTERNAL', 'the memory of a vector space must be shared')
}

// Machines that limit address space refuse large maxima: a smaller space is better than none.
function reserve(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: at.SEGMENTS_PAGE, maximum, shared: true })
  } catch (cause) {
    if (maximum / 2 < at.SEGMENTS_PAGE) throw new CascadeError('UNAVAILABLE', 'no memory for a vector index', { cause })
    return reserve(maximum / 2)
  }
}
