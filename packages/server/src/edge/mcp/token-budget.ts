import { BYTES_PER_TOKEN } from '@forge-cascade/contract/agents'

/** Tokens that a text takes, estimated. */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)

/** The longest beginning of a text, from `start`, that takes at most `tokens`; never a part of a character. */
export function fitting(text: string, start: number, tokens: number): { readonly start: number; readonly end: number } {
  const from = Math.min(start, text.length) - (isInsidePair(text, start) ? 1 : 0)
  let bytes = tokens * BYTES_PER_TOKEN
  let end = from
  // No character takes fewer bytes than UTF-16 units, so this ends after at most `bytes` steps.
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0
    bytes -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes < 0) break
    end += code < 0x10000 ? 1 : 2
  }
  return { start: from, end }
}

/** True where a place is between the two halves of one character. */
const isInsidePair = (text: string, at: number): boolean =>
  at > 0 && at < text.length && /[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? '')
