import { CascadeError, type FieldProblem } from '#base'
import type { ConfigKey } from './config-key.ts'
import { type ConfigOrigin, describeOrigin, describePlace } from './config-origin.ts'

/** Stands for every secret, so that not even its length shows. */
export const HIDDEN = '********'
const SHOWN_CHARACTERS_MAX = 80
/** A file of another program may hold thousands of unknown keys; the rest is counted. */
const PROBLEMS_MAX = 50

/** One thing that is wrong with the configuration, as one sentence with its fix. */
export interface ConfigProblem extends FieldProblem {
  readonly code: 'not_allowed' | 'unknown_key' | 'ambiguous' | 'unreadable'
}

/** The part of an address that may hold a name and a password (RFC 3986 section 3.2.1). */
const USERINFO = /\/\/[^/?#"]*@/g

/** The value as it may be shown: JSON, at most 80 characters, and nothing of a secret or of a password in an address. */
export function showValue(key: { readonly secret?: true }, value: unknown): string {
  if (value === undefined) return '(not set)'
  if (key.secret) return HIDDEN
  const text = (JSON.stringify(value) ?? typeof value).replaceAll(USERINFO, `//${HIDDEN}@`)
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text
}

export function notAllowed(key: ConfigKey, value: unknown, origin: ConfigOrigin, allowed = key.allowed): ConfigProblem {
  return problem(
    'not_allowed',
    key.key,
    `${key.key} is ${showValue(key, value)} (${describeOrigin(origin)}), expected ${allowed}. Change ${describePlace(origin)}.`,
  )
}

/** @param place of the item, from 1. */
export function wrongItem(key: ConfigKey, place: number, origin: ConfigOrigin): ConfigProblem {
  const where = `Item ${place} of ${key.key} (${describeOrigin(origin)})`
  return problem('not_allowed', key.key, `${where} is no text, or an empty one. Write a text, with quotes if need be.`)
}

export function unknownKey(name: string, origin: ConfigOrigin, suggestion: string | undefined): ConfigProblem {
  const shown = name.length > SHOWN_CHARACTERS_MAX ? `${name.slice(0, SHOWN_CHARACTERS_MAX)}…` : name
  // The name of a variable is what was typed already.
  const where = origin.kind === 'env' ? 'environment' : describeOrigin(origin)
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
  return problem(
    'unknown_key',
    shown,
    `${shown} (${where}) is no key of the configuration.${hint} \`cascade config show\` lists all keys.`,
  )
}

export function ambiguous(key: ConfigKey, names: readonly string[]): ConfigProblem {
  return problem('ambiguous', key.key, `${key.key} has different values in ${names.join(' and ')}. Keep one of them.`)
}

export const unreadable = (what: string): ConfigProblem => problem('unreadable', '', what)

/** One error for all problems together, so that one round of repairs is enough. */
export function configInvalid(problems: readonly ConfigProblem[]): CascadeError {
  const shown = problems.slice(0, PROBLEMS_MAX)
  const sentences = shown.map(({ message }) => message)
  if (problems.length > shown.length) sentences.push(`and ${problems.length - shown.length} more.`)
  const detail = sentences.length === 1 ? sentences[0]! : `${problems.length} problems:\n- ${sentences.join('\n- ')}`
  return new CascadeError('CONFIG_INVALID', detail, { errors: shown })
}

const problem = (code: ConfigProblem['code'], key: string, message: string): ConfigProblem => ({
  pointer: key === '' ? '' : `/${key.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('.', '/')}`,
  code,
  message,
})
