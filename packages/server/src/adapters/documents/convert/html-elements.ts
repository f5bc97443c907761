import type { InlineMark } from './inline-text.ts'

type Attributes = Readonly<Record<string, string>>

/** What is no text of the page: programs, looks, other documents, fields to fill in, and ways to other pages. */
const LEFT_OUT: ReadonlySet<string> = new Set(
  (
    'script style template noscript iframe frame frameset object embed applet svg canvas audio video map nav ' +
    'select textarea datalist input progress meter link base noembed noframes annotation-xml'
  ).split(' '),
)

/** Each begins and ends a block. */
const BLOCKS: ReadonlySet<string> = new Set(
  (
    'html head body p div section article main header footer aside address figure figcaption dl dt dd details summary ' +
    'fieldset legend form center hgroup search dialog ul ol menu li blockquote pre hr h1 h2 h3 h4 h5 h6 table caption ' +
    'thead tbody tfoot tr td th title'
  ).split(' '),
)

/** A cell that holds one of these is a place on a page, and its table is no table of data. */
const STRUCTURES: ReadonlySet<string> = new Set('h1 h2 h3 h4 h5 h6 pre table hr article section main'.split(' '))

const MARKS: Readonly<Record<string, InlineMark>> = {
  b: 'strong',
  strong: 'strong',
  i: 'emphasis',
  em: 'emphasis',
  cite: 'emphasis',
  del: 'struck',
  s: 'struck',
  strike: 'struck',
  q: 'quoted',
  code: 'code',
  kbd: 'code',
  samp: 'code',
  tt: 'code',
  a: 'link',
}

const UNSEEN_STYLE =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|!|$)|font-size\s*:\s*0(?:\.0*)?[a-z%]*\s*(?:;|!|$))/i

export const isBlock = (name: string): boolean => BLOCKS.has(name)
export const isStructure = (name: string): boolean => STRUCTURES.has(name)
export const markOf = (name: string): InlineMark | undefined => (Object.hasOwn(MARKS, name) ? MARKS[name] : undefined)

/** True for what a reader of the page does not see, or what is no text of it. */
export function isLeftOut(name: string, attributes: Attributes): boolean {
  if (LEFT_OUT.has(name) || 'hidden' in attributes || attributes['aria-hidden'] === 'true') return true
  if (name === 'dialog' && !('open' in attributes)) return true
  return attributes.role === 'navigation' || UNSEEN_STYLE.test(attributes.style ?? '')
}
