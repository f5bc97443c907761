import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { type Check, listFiles, readText } from './check.ts'

/** A relative link or image in Markdown: `](target)`, without an anchor, a query or a title. */
const LINK = /\]\((?!https?:|mailto:|#|\/)([^)\s#?]+)[^)]*\)/g

/** The page that leads to all others, and the folders whose every page it lists. */
const INDEX = 'docs/README.md'
const LISTED = /^docs\/(?:concepts|explanation|guides|reference)\/[^/]+\.md$/

/** Every relative link of every Markdown page leads to a file or folder of the tree, and no page is left out of the index. */
export const documents: Check = async (root) => {
  const pages = (await listFiles(root)).filter((path) => path.endsWith('.md'))
  const findings = [...pages.flatMap((page) => deadLinks(root, page)), ...unlisted(root, pages)]
  return { seen: `${pages.length} pages`, findings: pages.length > 0 ? findings : ['there is no page to check'] }
}

export const deadLinks = (root: string, page: string): readonly string[] =>
  linksOf(root, page)
    .filter((target) => !existsSync(join(root, dirname(page), decodeURI(target))))
    .map((target) => `${page}: the link to ${target} leads nowhere`)

function unlisted(root: string, pages: readonly string[]): readonly string[] {
  const owed = pages.filter((page) => LISTED.test(page))
  if (owed.length === 0) return []
  const listed = new Set(pages.includes(INDEX) ? linksOf(root, INDEX).map((target) => posix.join('docs', target)) : [])
  return owed.filter((page) => !listed.has(page)).map((page) => `${INDEX}: ${page} is not listed`)
}

const linksOf = (root: string, page: string): readonly string[] =>
  [...withoutCode(readText(root, page)).matchAll(LINK)].map((hit) => hit[1] ?? '')

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '')
