import type { Block } from './split-range.ts'

/** A stretch of a document under one heading or in one symbol, up to the next. */
export interface Section {
  /** Headings or symbols from the outside in, each as it is written in a place: `['# Guide', '## Install']`. */
  readonly path: readonly string[]
  /** The innermost heading or symbol, for people. */
  readonly title: string
  /** True for what is no part of the text proper and joins nothing: front matter. */
  readonly alone?: boolean
  /** Blocks that tile the section; never empty. */
  readonly blocks: readonly Block[]
}

/** A longer heading or symbol is cut: places are keys. */
const LABEL_CHARS_MAX = 100

/** One line, without a slash that would read as another level, of bounded length. */
export const toLabel = (text: string): string =>
  text.replace(/\s+/g, ' ').trim().replaceAll('/', '∕').slice(0, LABEL_CHARS_MAX).toWellFormed()
