import { decodeMarkup } from './decode-markup.ts'
import { writeHtml } from './html-to-markdown.ts'
import { CONVERSION_LIMITS } from './limits.ts'
import { MarkdownWriter } from './markdown-writer.ts'
import { toLabel } from './plain-text.ts'
import { UnfitDocument } from './unfit-document.ts'
import { attributeOf, descendants, find, parseXml, textOf } from './xml-node.ts'
import { ZipArchive } from './zip-archive.ts'

const CONTAINER = 'META-INF/container.xml'
const PAGES: ReadonlySet<string> = new Set(['application/xhtml+xml', 'text/html'])

/**
 * The Markdown of an e-book: its pages in the order of reading.
 *
 * @throws UnfitDocument when it is none. @see EPUB 3.3, sections 4.2.6, 5 and 5.7.2
 */
export async function convertEpub(bytes: Uint8Array): Promise<string> {
  const zip = await ZipArchive.open(bytes)
  const container = zip.read(CONTAINER)
  const rootfile = container && find(parseXml(container), 'rootfile')
  const path = (rootfile && attributeOf(rootfile, 'full-path')) ?? ''
  const bytesOfPackage = zip.read(path)
  if (!bytesOfPackage) throw new UnfitDocument('it is not what its ending says')
  const book = parseXml(bytesOfPackage)
  const items = new Map(
    [...descendants(book, 'item')]
      .filter((node) => PAGES.has(attributeOf(node, 'media-type') ?? ''))
      .map((node) => [attributeOf(node, 'id'), attributeOf(node, 'href') ?? '']),
  )
  // A page stands in the order of reading once; 800 bytes that name one 5000 times would be read for minutes.
  const pages = new Set(
    [...descendants(book, 'itemref')].flatMap((node) => {
      const href = items.get(attributeOf(node, 'idref'))
      return href === undefined ? [] : nameOf(href, path)
    }),
  )
  if (pages.size > CONVERSION_LIMITS.pagesMax)
    throw new UnfitDocument(`it has more than ${CONVERSION_LIMITS.pagesMax} chapters`)
  const writer = new MarkdownWriter()
  for (const page of pages) {
    const html = zip.read(page)
    if (html) writeHtml(decodeMarkup(html), writer)
  }
  return writer.finish({
    format: 'epub',
    title: toLabel(textOf(find(book, 'title'))),
    author: toLabel(textOf(find(book, 'creator'))),
  })
}

/** The name in the archive of what the book names by an address relative to itself. */
function nameOf(href: string, book: string): string {
  const base = new URL(book, 'epub:/').href
  if (!URL.canParse(href, base)) return ''
  const { pathname } = new URL(href, base)
  // An escape that is none stays as it is.
  return pathname
    .slice(1)
    .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
}
