import { getDocument } from 'unpdf/pdfjs'
import { CONVERSION_LIMITS } from './limits.ts'
import { MarkdownWriter } from './markdown-writer.ts'
import { type PdfLine, type PdfPiece, toBlocks, toLines, withoutMargins } from './pdf-lines.ts'
import { toLabel } from './plain-text.ts'
import { UnfitDocument } from './unfit-document.ts'

type PdfDocument = Awaited<ReturnType<typeof getDocument>['promise']>

/**
 * The Markdown of a PDF: its pages in their order, lines joined to paragraphs, and what is set larger than the rest as
 * headings. Without pictures, forms, comments, attachments, and without running anything.
 *
 * @throws UnfitDocument when it is damaged or encrypted, has too many pages, or no text.
 */
export async function convertPdf(bytes: Uint8Array): Promise<string> {
  // PDF.js takes bytes over, and takes no buffers.
  const task = getDocument({ data: Uint8Array.from(bytes), ...OPTIONS })
  try {
    return await writePdf(await task.promise.catch(asReason))
  } finally {
    await task.destroy()
  }
}

/** Only text is wanted: no fonts of the system, nothing compiled, nothing loaded, no messages. */
const OPTIONS = {
  isEvalSupported: false,
  useSystemFonts: false,
  disableFontFace: true,
  useWorkerFetch: false,
  enableXfa: false,
  stopAtErrors: false,
  maxImageSize: 0,
  verbosity: 0,
} as const

async function writePdf(document: PdfDocument): Promise<string> {
  const { numPages } = document
  if (numPages > CONVERSION_LIMITS.pagesMax)
    throw new UnfitDocument(`it has more than ${CONVERSION_LIMITS.pagesMax} pages`)
  const pages = await readPages(document)
  const writer = new MarkdownWriter()
  for (const block of toBlocks(withoutMargins(pages.lines))) {
    if (block.kind === 'heading') writer.heading(block.level, block.text)
    else if (block.kind === 'item') writer.item({ depth: 0 }, block.text)
    else writer.paragraph(block.text)
  }
  if (writer.isEmpty)
    throw new UnfitDocument(pages.unread > 0 ? DAMAGED : 'it holds no text: its pages are pictures, or empty')
  const facts = await readFacts(document)
  return writer.finish({
    format: 'pdf',
    ...facts,
    pages: numPages,
    ...(pages.unread > 0 ? { pagesLeftOut: pages.unread } : {}),
  })
}

interface Pages {
  readonly lines: readonly (readonly PdfLine[])[]
  readonly unread: number
}

async function readPages(document: PdfDocument): Promise<Pages> {
  const lines: PdfLine[][] = []
  let [unread, length] = [0, 0]
  for (let number = 1; number <= document.numPages; number++) {
    const page = await readPage(document, number)
    unread += page ? 0 : 1
    lines.push(page ?? [])
    length += (page ?? []).reduce((sum, { text }) => sum + text.length, 0)
    // Margins go later, and are less than half of a text.
    if (length > 2 * CONVERSION_LIMITS.textBytesMax)
      throw new UnfitDocument(
        `its text has more than ${CONVERSION_LIMITS.textBytesMax} bytes, which is what a capsule holds`,
      )
  }
  return { lines, unread }
}

/** Nothing for a page that cannot be read: the others may be. */
async function readPage(document: PdfDocument, number: number): Promise<PdfLine[] | undefined> {
  try {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    page.cleanup()
    return toLines(items.flatMap((item) => ('str' in item ? toPiece(item) : [])))
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

interface TextItem {
  readonly str: string
  readonly transform: readonly number[]
  readonly hasEOL: boolean
}

/** @see ISO 32000-1, 9.4.4 "Text Space Details" */
function toPiece({ str, transform, hasEOL }: TextItem): PdfPiece {
  const [, , c = 0, d = 0, x = 0, y = 0] = transform
  return { text: str, x, y, size: Math.hypot(c, d), endsLine: hasEOL }
}

/** Names that programs give to documents nobody has named. */
const NO_TITLE = /^(?:untitled|microsoft \w+ - |document\d*$)|\.(?:docx?|pptx?|xlsx?|odt|tex|dvi|pdf|indd|qxd|rtf)$/i

async function readFacts(document: PdfDocument): Promise<{ title: string | undefined; author: string | undefined }> {
  const { info } = await document.getMetadata().catch((error) => {
    // A document whose facts cannot be read still has its text.
    if (isDamage(error)) return { info: {} }
    throw error
  })
  const { Title: title, Author: author } = info as { readonly Title?: unknown; readonly Author?: unknown }
  const named = toLabel(typeof title === 'string' ? title : undefined)
  return {
    title: named === undefined || NO_TITLE.test(named) ? undefined : named,
    author: toLabel(typeof author === 'string' ? author : undefined),
  }
}

const DAMAGED = 'it is damaged or cut off'

function asReason(error: unknown): never {
  if (error instanceof Error && error.name === 'PasswordException') throw new UnfitDocument('it is encrypted')
  throw isDamage(error) ? new UnfitDocument(DAMAGED) : error
}

/** What PDF.js throws is about the document, but for what the engine throws when memory ends. */
const isDamage = (error: unknown): boolean => error instanceof Error && !(error instanceof RangeError)
