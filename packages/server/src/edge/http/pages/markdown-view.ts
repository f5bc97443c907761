import { createRequire } from 'node:module'
import type MarkdownIt from 'markdown-it'
import { lazy } from '#base'
import { parseFrontMatter } from '#capsules'
import { Html, html } from './html.ts'

const require = createRequire(import.meta.url)
/** Longer texts are shown as they were written: a page of them is not read as a page. */
export const MARKDOWN_CHARS_MAX = 200_000
const LEVEL_LAST = 6

/** No markup of the text's own, no address but those of the web and of mail, and nothing that would be loaded. */
const parser = lazy(() => {
  // What is required is as its types say.
  const Parser = require('markdown-it/dist/index.cjs.js') as typeof MarkdownIt
  const made = new Parser('commonmark', { html: false }).enable(['table', 'strikethrough'])
  made.validateLink = (url) => /^(?:https?:|mailto:|#)/i.test(url.trim())
  made.renderer.rules.image = (tokens, index) =>
    `<em>[image: ${made.utils.escapeHtml(tokens[index]?.content ?? '')}]</em>`
  made.renderer.rules.link_open = (tokens, index, options, _env, self) => {
    tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow')
    return self.renderToken(tokens, index, options)
  }
  // A wide table can be moved sideways, also by keyboard.
  made.renderer.rules.table_open = () => '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>\n'
  made.renderer.rules.table_close = () => '</table></div>\n'
  made.renderer.rules.fence = (tokens, index) => code(tokens[index]?.content ?? '').text
  made.renderer.rules.code_block = made.renderer.rules.fence
  return made
})

/** A text nobody vouches for, as parts of a page: its headings begin below those of the page. */
export function markdownView(text: string): Html {
  if (text.length > MARKDOWN_CHARS_MAX) return code(text)
  const { bodyStart } = parseFrontMatter(text)
  const head = text.slice(0, bodyStart).trim()
  const made = parser()
  const tokens = made.parse(text.slice(bodyStart), {})
  for (const token of tokens) {
    const level = /^h([1-6])$/.exec(token.tag)?.[1]
    if (level !== undefined) token.tag = `h${Math.min(LEVEL_LAST, Number(level) + 2)}`
  }
  const body = new Html(made.renderer.render(tokens, made.options, {}))
  return html`${head === '' ? undefined : code(head)}${body}`
}

/** Text exactly as it is. */
export const code = (text: string): Html =>
  html`<pre role="region" aria-label="Text as written" tabindex="0"><code>${text}</code></pre>`
