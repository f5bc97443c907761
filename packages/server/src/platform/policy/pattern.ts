import { BeyondCompiled } from './evaluation-error.ts'

/** A wildcard, or a text that stands for itself. */
type Part = 'Wildcard' | { readonly Literal: string }

/**
 * Makes a test of the pattern of `like`: wildcards stand for any characters, also none. It takes time in proportion to the
 * length of the text times that of the pattern at most.
 *
 * @throws BeyondCompiled for a pattern of a form that is not known.
 */
export function compilePattern(pattern: unknown): (text: string) => boolean {
  if (!Array.isArray(pattern)) throw new BeyondCompiled('a pattern of a form that is not known')
  // Neighbouring literals, which may be single characters, are one text.
  const texts: string[] = ['']
  for (const part of pattern.map(readPart)) {
    if (part === 'Wildcard') texts.push('')
    else texts[texts.length - 1] += part.Literal
  }
  const [first = '', ...rest] = texts
  const last = rest.pop()
  if (last === undefined) return (text) => text === first
  return (text) => {
    const end = text.length - last.length
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
    return holdsInOrder(text, rest, first.length, end)
  }
}

function readPart(part: unknown): Part {
  if (part === 'Wildcard') return part
  const literal = typeof part === 'object' && part !== null && 'Literal' in part ? part.Literal : undefined
  if (typeof literal === 'string') return { Literal: literal }
  throw new BeyondCompiled('a pattern of a form that is not known')
}

/** The first place of each is as good as the ones after it. */
function holdsInOrder(text: string, parts: readonly string[], from: number, end: number): boolean {
  let at = from
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
