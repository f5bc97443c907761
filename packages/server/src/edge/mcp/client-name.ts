/** Longer names of programs are cut. */
const NAME_LENGTH_MAX = 200

/** Control characters and separators of lines, which have no place in a name. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu

/** Name and version of a client as it calls itself, on one line; undefined where it says nothing. */
export function clientName(info: unknown): string | undefined {
  if (typeof info !== 'object' || info === null) return undefined
  const { name, version } = info as { readonly name?: unknown; readonly version?: unknown } // each is looked at below
  const words = [name, version].filter((word): word is string => typeof word === 'string')
  return tidy(words.join(' '))
}

/** The program that a User-Agent begins with: `claude-code/2.1.0 (cli)` is `claude-code 2.1.0`. */
export const programOf = (userAgent: string | undefined): string | undefined =>
  tidy((userAgent ?? '').split(/[\s(]/, 1)[0]?.replace('/', ' ') ?? '')

function tidy(text: string): string | undefined {
  const name = text.replaceAll(UNPRINTABLE, ' ').replaceAll(/\s+/g, ' ').toWellFormed().trim()
  return name === '' ? undefined : name.slice(0, NAME_LENGTH_MAX).toWellFormed().trim()
}
