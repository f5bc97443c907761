import { type Section, toLabel } from './section.ts'
import { lineStarts, rangesBetween, type TextRange } from './text-range.ts'

/**
 * How languages announce a symbol at the beginning of a line; the name is the last group. Not a parser: it needs no
 * grammar for each language, and a symbol that it overlooks stays with the one before.
 */
const DECLARATIONS: readonly RegExp[] = [
  // JavaScript, TypeScript, Java, C#, Kotlin, Swift, PHP, Rust, Scala
  /^(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|sealed|async|unsafe|pub(?:\([a-z]+\))?|open|data|override|partial)\s+){0,6}(class|interface|enum|struct|trait|object|record|namespace|module|mod|protocol|extension|function\*?|func|fun|fn|union|macro_rules!)\s+([\w$]+(?:(?:::|\.)[\w$]+)*)/,
  /^(?:unsafe\s+)?(impl)(?:<[^>]{0,80}>)?\s+([\w:]+(?:<[^>]{0,80}>)?(?:\s+for\s+[\w:]+)?)/,
  /^(?:export\s+)?(?:declare\s+)?(type)\s+([\w$]+)/,
  /^(?:export\s+)?(?:default\s+)?(const|let|var)\s+([\w$]+)\s*(?::[^=]{0,80})?=/,
  // Python, Ruby, Elixir
  /^(?:async\s+)?(def|class|module|defmodule|defp)\s+([\w.:?!]+)/,
  // Go
  /^(func)\s+(?:\([^)]{0,80}\)\s*)?([\w]+)/,
  // SQL
  /^(create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|trigger|index|type))\s+(?:if\s+not\s+exists\s+)?([\w."]+)/i,
  // Shell, and C with its types in front
  /^()([\w-]+)\s*\(\)\s*\{/,
  /^(?:[\w:<>*&,]+\s+){1,5}()[*&]{0,2}([\w:~]+)\s*\([^;]{0,150}$/,
]
/** Declarations stand at the beginning of a line; the rest of a minified one is not looked at. */
const DECLARATION_CHARS_MAX = 200
/** Comments, attributes and decorators directly above a symbol belong to it. */
const ATTACHED = /^(?:\/\/|\/\*|\s?\*|#|@|--|%|;|"""|''')/
const NOT_A_SYMBOL: ReadonlySet<string> = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'else',
  'do',
  'try',
])

/** What stands before the first symbol: imports, licence, constants. */
const HEAD_LABEL = 'head'

/**
 * The sections of a source file in any common language: one for each symbol declared at the left margin, with the
 * comments directly above it; together they tile the text.
 */
export function codeSections(text: string): Section[] {
  const lines = rangesBetween(lineStarts(text), { start: 0, end: text.length })
  const symbols = lines.flatMap((line, index) => {
    const name = symbolName(text, line)
    return name === undefined ? [] : [{ name, index }]
  })
  const starts = firstLines(text, lines, symbols)
  const head = sectionOf(HEAD_LABEL, { start: 0, end: starts[0] ?? text.length })
  const sections = rangesBetween(starts, { start: 0, end: text.length }).map((range, index) =>
    sectionOf(symbols[index]!.name, range),
  )
  return starts[0] === 0 ? sections : [head, ...sections]
}

function symbolName(text: string, line: TextRange): string | undefined {
  const head = text.slice(line.start, Math.min(line.end, line.start + DECLARATION_CHARS_MAX)).trimEnd()
  if (!/^[A-Za-z_$~]/.test(head)) return undefined
  for (const declaration of DECLARATIONS) {
    const [, keyword, name] = declaration.exec(head) ?? []
    if (name !== undefined && !NOT_A_SYMBOL.has(name)) return toLabel(`${keyword} ${name}`)
  }
  return undefined
}

/** Where each symbol begins, its comments included; never before the line after the symbol above. */
function firstLines(
  text: string,
  lines: readonly TextRange[],
  symbols: readonly { readonly index: number }[],
): number[] {
  return symbols.map(({ index }, order) => {
    const above = order === 0 ? -1 : symbols[order - 1]!.index
    let first = index
    while (first - 1 > above && ATTACHED.test(text.slice(lines[first - 1]!.start, lines[first - 1]!.start + 4))) first--
    return lines[first]!.start
  })
}

const sectionOf = (label: string, { start, end }: TextRange): Section => ({
  path: [label],
  title: label,
  blocks: [{ start, end, literal: true }],
})
