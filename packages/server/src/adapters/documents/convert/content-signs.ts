import type { DocumentFormat } from '../../../domain/capsules/import/index.ts'

/** What a file is by its first bytes, where these say it. */
type Content = 'empty' | 'pdf' | 'zip' | 'ole' | 'rtf' | 'page' | 'other'

const SIGNS: readonly { readonly content: Content; readonly sign: RegExp }[] = [
  { content: 'page', sign: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|\?xml)/i },
  // Readers look for it in the first kilobyte. @see ISO 32000-1, annex H.3, note 13
  { content: 'pdf', sign: /^.{0,1016}%PDF-/s },
  { content: 'zip', sign: /^PK(?:\x03\x04|\x05\x06)/ },
  { content: 'ole', sign: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/ },
  { content: 'rtf', sign: /^\{\\rtf/ },
]
const HEAD_BYTES = 1024

const EXPECTED: Readonly<Record<DocumentFormat, readonly Content[]>> = {
  html: ['page', 'other'],
  pdf: ['pdf'],
  docx: ['zip'],
  pptx: ['zip'],
  xlsx: ['zip'],
  odf: ['zip'],
  epub: ['zip'],
}

const NAMES: Readonly<Record<Content, string>> = {
  empty: 'it is empty',
  pdf: 'it is a PDF under another ending',
  zip: 'it is an archive under another ending',
  ole: 'it is encrypted, or of the binary format of old; save it without a password in the format of its ending',
  rtf: 'it is RTF under another ending',
  page: 'it is a page or XML under another ending',
  other: 'it is not what its ending says',
}

/** Why the bytes cannot be of the format; nothing when they may be. */
export function mismatch(bytes: Uint8Array, format: DocumentFormat): string | undefined {
  if (bytes.byteLength === 0) return NAMES.empty
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES)).toString('latin1')
  const content = SIGNS.find(({ sign }) => sign.test(head))?.content ?? 'other'
  return EXPECTED[format].includes(content) ? undefined : NAMES[content]
}
