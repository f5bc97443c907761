import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Check, listFiles, readText } from './check.ts'

/** A relative link or image in Markdown: `](target)`, without an anchor, a query or a title. */
const LINK = /\]\((?!https?:|mailto:|#|\/)([^)\s#?]+)[^)]*\)/g

/** Every relative link of every Markdown page leads to a file or folder of the tree. */
export const documents: Check = async (root) => {
  const pages = (await listFiles(root)).filter((path) => path.endsWith('.md'))
  const findings = pages.flatMap((page) => deadLinks(root, page))
  return { seen: `${pages.length} pages`, findings: pages.length > 0 ? findings : ['there is no page to check'] }
}

const deadLinks = (root: string, page: string): readonly string[] =>
  [...withoutCode(readText(root, page)).matchAll(LINK)]
    .map((hit) => hit[1] ?? '')
    .filter((target) => !existsSync(join(root, dirname(page), decodeURI(target))))
    .map((target) => `${page}: the link to ${target} leads nowhere`)

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '')
