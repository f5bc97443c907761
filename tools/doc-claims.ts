/** Something a page says about the program, in a form that the program can be asked about. */
export interface Claim {
  readonly page: string
  /** Line in the page, from 1. */
  readonly line: number
  readonly text: string
}

/** A call of the command line: its words after `cascade`, without what a shell does with them. */
export interface CommandClaim extends Claim {
  readonly words: readonly string[]
}

interface Fence {
  readonly language: string
  /** Lines between the marks, with the number of each in the page. */
  readonly lines: readonly { readonly line: number; readonly text: string }[]
}

const FENCE = /^\s*```(\w*)/
const SHELL: ReadonlySet<string> = new Set(['sh', 'console'])
/** `./cascade ask …`, after a prompt, after variables, in a pipe. */
const CALL = /(?:^|[\s|&;(])(?:\.\/)?cascade(?=\s|$)(?<rest>.*)$/
/** Ends a command for the shell. */
const SHELL_END = /^(?:\||\|\||&&|;|<|>|>>|2>&1)$/

/** Calls of the command line in shell blocks, and in the running text as `cascade …`. */
export function commandClaims(page: string, text: string): readonly CommandClaim[] {
  const fenced = fencesOf(text)
    .filter(({ language }) => SHELL.has(language))
    .flatMap(({ language, lines }) => joinContinued(language === 'console' ? promptsOf(lines) : lines))
  const inline = inlineCode(text).filter(({ text: code }) => /^(?:\.\/)?cascade\s/.test(code))
  return [...fenced, ...inline].flatMap(({ line, text: code }) => {
    const rest = CALL.exec(code)?.groups?.rest
    return rest === undefined || code.trimStart().startsWith('#')
      ? []
      : [{ page, line, text: code.trim(), words: shellWords(rest) }]
  })
}

/** Code in the running text (`like this`) that has the form. */
export const inlineClaims = (page: string, text: string, form: RegExp): readonly Claim[] =>
  inlineCode(text)
    .filter(({ text: code }) => form.test(code))
    .map((found) => ({ page, ...found }))

/** Everything in the page, code included, that has the form; the first group where there is one. */
export const textClaims = (page: string, text: string, form: RegExp): readonly Claim[] =>
  text
    .split('\n')
    .flatMap((content, index) =>
      [...content.matchAll(form)].map((hit) => ({ page, line: index + 1, text: hit[1] ?? hit[0] })),
    )

function fencesOf(text: string): readonly Fence[] {
  const fences: Fence[] = []
  let open: { readonly language: string; readonly lines: { line: number; text: string }[] } | undefined
  for (const [index, content] of text.split('\n').entries()) {
    const mark = FENCE.exec(content)
    if (mark && open) {
      fences.push(open)
      open = undefined
    } else if (mark) open = { language: mark[1] ?? '', lines: [] }
    else open?.lines.push({ line: index + 1, text: content })
  }
  return fences
}

/** In a transcript only lines with a prompt are typed. */
const promptsOf = (lines: Fence['lines']): Fence['lines'] =>
  lines.filter(({ text }) => text.startsWith('$ ')).map(({ line, text }) => ({ line, text: text.slice(2) }))

function joinContinued(lines: Fence['lines']): { line: number; text: string }[] {
  const joined: { line: number; text: string }[] = []
  let continues = false
  for (const { line, text } of lines) {
    const last = joined.at(-1)
    if (continues && last) last.text = `${last.text.slice(0, -1)} ${text.trim()}`
    else joined.push({ line, text })
    continues = text.endsWith('\\')
  }
  return joined
}

function inlineCode(text: string): { line: number; text: string }[] {
  const fenced = new Set(fencesOf(text).flatMap(({ lines }) => lines.map(({ line }) => line)))
  return text
    .split('\n')
    .flatMap((content, index) =>
      fenced.has(index + 1) || FENCE.test(content)
        ? []
        : [...content.matchAll(/`([^`\n]+)`/g)].map((hit) => ({ line: index + 1, text: hit[1] ?? '' })),
    )
}

/** Words as a shell splits them, up to the end of the command: quotes keep blanks together. */
export function shellWords(text: string): readonly string[] {
  const words = [...text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+/g)].map((hit) => hit[0])
  const end = words.findIndex((word) => SHELL_END.test(word) || word.startsWith('#'))
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replace(/^["']|["']$/g, ''))
}
