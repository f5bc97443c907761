import type { z } from 'zod'
import { didYouMean } from './did-you-mean.ts'

type RawIssue = z.core.$ZodRawIssue

/** What a schema expects, in our words. */
const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}
const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'items', record: 'members' }
const FORMATS: Readonly<Record<string, string>> = {
  base64: 'base64',
  url: 'an address',
  datetime: 'a time in RFC 3339',
}
const VALUE_LENGTH_MAX = 60

/**
 * What was expected and what came, for an issue whose schema says nothing itself. Given to every parse of what a stranger
 * sent; nothing means that the parser's own words stay.
 */
export const describeIssue = (issue: RawIssue): string | undefined => wordsOf(issue, true)

/** The same without what came, which may be a secret. */
export const describeForm = (issue: RawIssue): string | undefined => wordsOf(issue, false)

function wordsOf(issue: RawIssue, isShown: boolean): string | undefined {
  const expected = (what: string, input: unknown): string => {
    if (input === undefined) return `expected ${what}, but it is missing`
    return isShown ? `expected ${what}, got ${nameOf(input)}` : `expected ${what}`
  }
  switch (issue.code) {
    case 'invalid_type':
      return expected(EXPECTED[issue.expected] ?? issue.expected, issue.input)
    case 'invalid_value':
      return `${expected(oneOf(issue.values), issue.input)}${nearOf(issue.values, issue.input)}`
    case 'too_big':
      return expected(`at most ${issue.maximum}${unitOf(issue.origin)}`, sizeOf(issue.input))
    case 'too_small':
      return expected(`at least ${issue.minimum}${unitOf(issue.origin)}`, sizeOf(issue.input))
    case 'invalid_format':
      return expected(FORMATS[issue.format] ?? `text in the format ${issue.format}`, issue.input)
    default:
      return undefined
  }
}

const unitOf = (origin: string): string => (UNITS[origin] === undefined ? '' : ` ${UNITS[origin]}`)

/** As many of the values that fit as are read. */
const VALUES_SHOWN = 20

function oneOf(values: readonly unknown[]): string {
  if (values.length === 1) return JSON.stringify(values[0])
  const shown = values.slice(0, VALUES_SHOWN).map(String).join(', ')
  return `one of ${shown}${values.length > VALUES_SHOWN ? ` and ${values.length - VALUES_SHOWN} more` : ''}`
}

/** Which value was likely meant. */
function nearOf(values: readonly unknown[], input: unknown): string {
  const near = typeof input === 'string' ? didYouMean(input, values.map(String)) : undefined
  return near === undefined ? '' : ` (likely ${near})`
}

/** A size stands for a text or a list; a number speaks for itself. */
const sizeOf = (input: unknown): unknown => (typeof input === 'string' || Array.isArray(input) ? input.length : input)

/** A value by its kind, and itself where it is short. Never more than a few words: an answer does not repeat what came. */
function nameOf(input: unknown): string {
  if (typeof input === 'string')
    return input.length <= VALUE_LENGTH_MAX
      ? `the text ${JSON.stringify(input)}`
      : `a text of ${input.length} characters`
  if (input === null || typeof input === 'boolean' || typeof input === 'number') return String(input)
  return Array.isArray(input) ? 'a list' : 'an object'
}
