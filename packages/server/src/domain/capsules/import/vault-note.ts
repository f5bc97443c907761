import { CAPSULE_LIMITS } from '@forge-cascade/contract'
import { parseFrontMatter } from '../text/front-matter.ts'

/** What a note says of others, and what they may call it. */
export interface VaultNote {
  /** Targets as written, without heading, block and label; each once. */
  readonly links: readonly string[]
  readonly aliases: readonly string[]
}

/** Beyond these a note is a list made by a machine. */
export const LINKS_MAX = 1000
export const LINKS_CHARACTERS_MAX = 40_000
export const ALIASES_MAX = 50
export const TARGET_LENGTH_MAX = 500

// Every repetition is bounded, so a line costs at most its length times 500 steps.
const WIKILINK = /\[\[([^[\]|#^\n]{1,500})(?:[#^][^[\]|\n]{0,500})?(?:\|[^[\]\n]{0,500})?\]\]/g
/** `[label](path.md "title")`, also with the path in angle brackets. */
const MARKDOWN_LINK = /\]\((?:<([^<>\n]{1,500})>|([^\s()<>]{1,500}))(?:\s{1,5}"[^"\n]{0,500}")?\)/g
const SCHEME = /^(?:[a-z][a-z0-9+.-]{0,30}:|\/\/)/i
/** A tag has something in it that is no digit; it begins a word. */
const TAG = /(?<=^|[\s(,;])#((?=[^\s#]{0,100}[\p{L}_/-])[\p{L}\p{M}\p{N}_/-]{1,100})/gu
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const CODE_SPAN = /(`{1,3})[^`\n]{0,1000}\1/g

/** Links and names of a note. Wikilinks in front matter count, too. */
export function readVaultNote(text: string): VaultNote {
  const links = new Set<string>()
  let room = LINKS_CHARACTERS_MAX
  for (const target of proseLines(text).flatMap(targetsIn)) {
    if (links.has(target)) continue
    room -= target.length
    if (room < 0 || links.size >= LINKS_MAX) break
    links.add(target)
  }
  return { links: [...links], aliases: aliasesOf(parseFrontMatter(text).data) }
}

/** Tags in the text of a note, without the mark; code has none. */
export function inlineTags(body: string): readonly string[] {
  const tags = new Set<string>()
  for (const line of proseLines(body)) {
    for (const [, tag = ''] of line.matchAll(TAG)) tags.add(tag.replace(/\/+$/, ''))
    if (tags.size > CAPSULE_LIMITS.tagsMax) break
  }
  return [...tags].filter((tag) => tag !== '')
}

function targetsIn(line: string): readonly string[] {
  const wiki = [...line.matchAll(WIKILINK)].map(([, target = '']) => target.trim())
  const markdown = [...line.matchAll(MARKDOWN_LINK)].flatMap(([, bracketed, bare]) => pathOf(bracketed ?? bare ?? ''))
  return [...wiki, ...markdown].filter((target) => target !== '')
}

/** The file that a Markdown link names; nothing for the web and for a place in the note itself. */
function pathOf(target: string): readonly string[] {
  if (SCHEME.test(target)) return []
  const path = target.replace(/[#?].*$/, '')
  try {
    return [decodeURIComponent(path).slice(0, TARGET_LENGTH_MAX)]
  } catch (error) {
    if (error instanceof URIError) return [path]
    throw error
  }
}

/** Lines outside of fenced code, without what stands in code spans. */
function* proseLines(text: string): Generator<string, void, undefined> {
  let fence: string | undefined
  for (const line of text.split(/\r\n?|\n/)) {
    const mark = FENCE.exec(line)?.[1]
    if (mark && fence === undefined) fence = mark
    else if (mark && fence !== undefined && mark.startsWith(fence)) fence = undefined
    else if (fence === undefined) yield line.includes('`') ? line.replace(CODE_SPAN, ' ') : line
  }
}

function aliasesOf({ aliases, alias }: Readonly<Record<string, unknown>>): readonly string[] {
  const given = [aliases, alias].flat()
  return given
    .flatMap((one) => (typeof one === 'string' ? one.trim() : []))
    .filter((one) => one !== '' && one.length <= TARGET_LENGTH_MAX)
    .slice(0, ALIASES_MAX)
}
