import { timestamp } from '@forge-cascade/contract'
import type { z } from 'zod'
import { CascadeError } from '#base'
import { describeIssue } from '#config'

type Given = Readonly<Record<string, unknown>>

/** What was typed for one command: arguments by place, options by their long name without dashes. */
export class CommandInput {
  readonly #arguments: readonly unknown[]
  readonly #options: Given

  constructor(args: readonly unknown[], options: Given) {
    this.#arguments = args
    this.#options = options
  }

  /** The argument at a place; the words of a variadic one are joined by a blank. */
  argument(index: number): string | undefined {
    const value = this.#arguments[index]
    if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(' ')
    return typeof value === 'string' ? value : undefined
  }

  /** The words of a variadic argument. */
  words(index: number): readonly string[] {
    const value = this.#arguments[index]
    return Array.isArray(value) ? value.map(String) : []
  }

  text(name: string): string | undefined {
    const value = this.#options[camelCase(name)]
    return typeof value === 'string' ? value : undefined
  }

  /** All values of an option that may be repeated; undefined when it was not given. */
  list(name: string): string[] | undefined {
    const value = this.#options[camelCase(name)]
    return Array.isArray(value) ? value.map(String) : undefined
  }

  /** Whether a switch is on. `history` of `--no-history` is on unless that was given. */
  on(name: string): boolean {
    return this.#options[camelCase(name)] === true
  }
}

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Names of options that differ from the member of the body they fill. */
const OPTION_OF: Readonly<Record<string, string>> = {
  tags: 'tag',
  roles: 'role',
  scopes: 'scope',
  expires_in_days: 'days',
  ids: '<ids>',
  index: '<index>',
  user_id: 'by',
  entity_type: 'about',
  entity_id: 'about',
  correlation_id: 'correlation',
  older_than_days: 'older-than',
  legal_basis: 'reason',
  q: '<query>',
  content: '<text>',
  question: '<question>',
}

/**
 * Checks what was typed against the schema of the contract, before anything is opened or sent.
 *
 * @param whole the option that is checked, where the value is not an object with a member for each.
 * @throws CascadeError VALIDATION_FAILED with a sentence for each option that is wrong.
 */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  whole = 'input',
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: describeIssue })
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.map(
    // A filter is typed as an option for each of its members.
    ({ path: [first, second], message }) =>
      `${optionOf(String((first === 'filter' ? second : undefined) ?? first ?? whole))} ${lowerFirst(message)}`,
  )
  throw new CascadeError('VALIDATION_FAILED', `${sentences.join('; ')}.`)
}

function optionOf(name: string): string {
  const option = OPTION_OF[name] ?? name.replaceAll('_', '-')
  return option.startsWith('<') ? option : `--${option}:`
}

/** Text that is no number stays text, and the schema says what was expected. */
export const numberOf = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : text

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** A wrong command line, with what to do instead. */
export const usage = (detail: string): CascadeError => new CascadeError('VALIDATION_FAILED', detail)

/**
 * The time that an option names, if it was given. `2026-03-01` means the beginning of that day in UTC.
 *
 * @throws CascadeError VALIDATION_FAILED for what is neither a day of the calendar nor a time with its zone.
 */
export function readTime(input: CommandInput, name: string): string | undefined {
  const text = input.text(name)
  if (text === undefined) return undefined
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text
  if (timestamp.safeParse(time).success) return time
  throw usage(
    `--${name} takes a day, such as 2026-03-01, or a time with its zone, such as 2026-03-01T09:00:00Z; got ${JSON.stringify(text)}.`,
  )
}
