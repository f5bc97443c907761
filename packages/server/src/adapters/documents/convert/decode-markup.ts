import { UnfitDocument } from './unfit-document.ts'

/** Where a page says its encoding. @see HTML Standard, "Prescan a byte stream to determine its encoding" */
const HEAD_BYTES = 1024
const DECLARED = /<meta[^>]*?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]*?encoding\s*=\s*["']([\w:.-]+)/i
/** Neither in text nor in the shift sequences of old encodings. */
const BINARY = /[\0-\x08\x0e-\x1a\x1c-\x1f]/

/**
 * The text of a page or of XML: by its byte order mark, else as UTF-8 where it is that, else as it says, else as Windows-1252, which
 * is what browsers take pages for that say nothing.
 *
 * @throws UnfitDocument when it is no text.
 */
export function decodeMarkup(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes)
  if (BINARY.test(text)) throw new UnfitDocument('it is binary')
  return text
}

function encodingOf(bytes: Uint8Array): string {
  const marked = markedEncoding(bytes)
  if (marked) return marked
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD_BYTES))
  const [, meta, xml] = DECLARED.exec(head) ?? []
  const declared = known(meta ?? xml)
  // A page that can be read byte for byte is not in an encoding of two bytes, whatever it says.
  if (declared && !declared.startsWith('utf')) return declared
  return isUtf8(bytes) || declared ? 'utf-8' : 'windows-1252'
}

/** By the mark, else by the first sign of a page, which is `<`. */
function markedEncoding([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  return (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c) ? 'utf-16be' : undefined
}

function known(label: string | undefined): string | undefined {
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label).encoding
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}
