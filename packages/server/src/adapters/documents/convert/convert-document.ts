import type { DocumentFormat, SourceText } from '../../../domain/capsules/import/index.ts'
import { mismatch } from './content-signs.ts'
import { decodeMarkup } from './decode-markup.ts'
import { writeHtml } from './html-to-markdown.ts'
import { MarkdownWriter } from './markdown-writer.ts'
import { UnfitDocument } from './unfit-document.ts'

type Convert = (bytes: Uint8Array) => string | Promise<string>

/** The libraries behind each are loaded with the first document that needs them. */
const CONVERT: Readonly<Record<DocumentFormat, () => Promise<Convert>>> = {
  html: async () => convertHtml,
  pdf: async () => (await import('./pdf-to-markdown.ts')).convertPdf,
  docx: async () => (await import('./docx-to-markdown.ts')).convertDocx,
  pptx: async () => (await import('./pptx-to-markdown.ts')).convertPptx,
  xlsx: async () => (await import('./xlsx-to-markdown.ts')).convertXlsx,
  odf: async () => (await import('./odf-to-markdown.ts')).convertOdf,
  epub: async () => (await import('./epub-to-markdown.ts')).convertEpub,
}

/** The Markdown of a document, or why it has none to give. Errors other than that are faults of the conversion. */
export async function convertDocument(bytes: Uint8Array, format: DocumentFormat): Promise<SourceText> {
  const reason = mismatch(bytes, format)
  if (reason !== undefined) return { unfit: reason }
  try {
    const convert = await CONVERT[format]()
    return { text: await convert(bytes) }
  } catch (error) {
    if (error instanceof UnfitDocument) return { unfit: error.message }
    throw error
  }
}

function convertHtml(bytes: Uint8Array): string {
  const writer = new MarkdownWriter()
  const facts = writeHtml(decodeMarkup(bytes), writer)
  return writer.finish({ format: 'html', ...facts })
}
