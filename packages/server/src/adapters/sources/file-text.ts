import type { DocumentFormat, SourceDocument, SourceText } from '../../domain/capsules/import/index.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A large file that Git keeps elsewhere leaves this note in its place. @see git-lfs specification, "The Pointer" */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1\n'
const LFS_POINTER_BYTES_MAX = 1024
const KEPT_ELSEWHERE = 'its content is kept by Git LFS and is not here'

/** The text of a file, or the bytes that its text is made from. */
export function toContent(bytes: Uint8Array, format: DocumentFormat | undefined): SourceText | SourceDocument {
  if (format === undefined) return toText(bytes)
  return isPointer(bytes) ? { unfit: KEPT_ELSEWHERE } : { bytes, format }
}

/** The text of a file, without its byte order mark; or why it is none. Nothing is guessed: text is UTF-8. */
export function toText(bytes: Uint8Array): SourceText {
  const wide = wideEncoding(bytes)
  if (wide) return { unfit: `it is encoded as ${wide}; save it as UTF-8` }
  if (bytes.includes(0)) return { unfit: 'it is binary' }
  const text = decode(bytes)
  if (text === undefined) return { unfit: 'it is not UTF-8 text' }
  if (text.trim() === '') return { unfit: 'it is empty' }
  return isPointer(bytes) ? { unfit: KEPT_ELSEWHERE } : { text }
}

const isPointer = (bytes: Uint8Array): boolean =>
  bytes.byteLength <= LFS_POINTER_BYTES_MAX && (decode(bytes)?.startsWith(LFS_POINTER) ?? false)

function wideEncoding([first, second, third, fourth]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16'
  return first === 0xfe && second === 0xff ? 'UTF-16' : undefined
}

/** Undefined for bytes that are no UTF-8. The decoder leaves the byte order mark out by itself. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

export const tooLarge = (bytes: number, bytesMax: number): string =>
  `it has ${bytes} bytes; at most ${bytesMax} are read`
