import type { DocumentFormat, SourceText } from '../../../domain/capsules/import/index.ts'
import { mismatch } from './content-signs.ts'
import { decodeHtml } from './decode-html.ts'
import { writeHtml } from './html-to-markdown.ts'
import { MarkdownWriter } from './markdown-writer.ts'
import { UnfitDocument } from './unfit-document.ts'

type Convert = (bytes: Uint8Array) => string | Promise<string>

/** The libraries behind each are loaded with the first document that needs them. */
const CONVERT: Readonly<Partial<Record<DocumentFormat, () => Promise<Convert>>>> = {
  html: async () => convertHtml,
}

/** The Markdown of a document, or why it has none to give. Errors other than that are faults of the conversion. */
export async function convertDocument(bytes: Uint8Array, format: DocumentFormat): Promise<SourceText> {
  const reason = mismatch(bytes, format)
  if (reason !== undefined) return { unfit: reason }
  try {
    const convert = await CONVERT[format]?.()
    return convert ? { text: await convert(bytes) } : { unfit: `documents of the format ${format} are not read` }
  } catch (error) {
    if (error instanceof UnfitDocument) return { unfit: error.message }
    throw error
  }
}

function convertHtml(bytes: Uint8Array): string {
  const writer = new MarkdownWriter()
  const facts = writeHtml(decodeHtml(bytes), writer)
  return writer.finish({ format: 'html', ...facts })
}
