/** The section of a WebAssembly module that declares its memory. */
const MEMORY_SECTION = 5
const HEADER_BYTES = 8

/**
 * The same WebAssembly module, whose one memory may not grow beyond `pagesMax` pages of 64 KiB: an allocation beyond it traps.
 *
 * @throws TypeError for a module that declares no memory of its own.
 * @see https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
export function limitMemory(module: Uint8Array, pagesMax: number): Uint8Array {
  for (let at = HEADER_BYTES; at < module.length; ) {
    const length = readNumber(module, at + 1)
    const end = length.next + length.value
    if (module[at] === MEMORY_SECTION) {
      // One memory; its flags, which say whether a maximum follows; its least size.
      const least = readNumber(module, length.next + 2)
      const body = [1, 1, ...writeNumber(least.value), ...writeNumber(pagesMax)]
      return Buffer.concat([
        module.subarray(0, at),
        Uint8Array.of(MEMORY_SECTION, ...writeNumber(body.length), ...body),
        module.subarray(end),
      ])
    }
    at = end
  }
  throw new TypeError('The WebAssembly module declares no memory.')
}

/** An unsigned LEB128 number and where it ends. */
function readNumber(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0
  for (let at = from, shift = 1; ; at++, shift *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * shift
    if (byte < 128) return { value, next: at + 1 }
  }
}

const writeNumber = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...writeNumber(value >>> 7)]
