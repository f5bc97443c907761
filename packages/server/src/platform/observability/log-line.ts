import { toRfc3339 } from '#base'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A line before it is written; `fields` are plain JSON data without secrets. */
export interface LogRecord {
  /** Milliseconds since 1970. */
  readonly time: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type LogFormat = 'json' | 'pretty'

const RESERVED = new Set(['time', 'level', 'message'])

/** One JSON object on one line; a field that has the name of a fixed member gets an underscore behind it. */
export function formatJson({ time, level, message, fields }: LogRecord): string {
  const rest = Object.entries(fields).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value])
  return `${JSON.stringify({ time: toRfc3339(time), level, message, ...Object.fromEntries(rest) })}\n`
}

const COLOUR = { debug: 90, info: 32, warn: 33, error: 31 } as const satisfies Record<LogLevel, number>
const DIM = 2

/** A line for people: time of day in UTC, level, message, fields; the stack of an error below it, indented. */
export function formatPretty({ time, level, message, fields }: LogRecord, colour: boolean): string {
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const stacks: string[] = []
  const words = Object.entries(fields).map(([key, value]) => {
    if (isError(value)) stacks.push(...value.stack.split('\n').slice(1))
    return paint(DIM, `${printable(key)}=${printValue(value)}`)
  })
  const head = [paint(DIM, toRfc3339(time).slice(11, 23)), paint(COLOUR[level], level.padEnd(5)), printable(message)]
  const trace = stacks.map((line) => `\n    ${printable(line.trim())}`).join('')
  return `${[...head, ...words].join(' ')}${trace}\n`
}

interface PrintedError {
  readonly name: string
  readonly message: string
  readonly stack: string
}

const isError = (value: unknown): value is PrintedError =>
  typeof value === 'object' &&
  value !== null &&
  'stack' in value &&
  typeof value.stack === 'string' &&
  'name' in value &&
  'message' in value

function printValue(value: unknown): string {
  if (isError(value)) return printable(`${value.name}: ${value.message}`)
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value
  return printable(JSON.stringify(value) ?? 'undefined')
}

/** Line breaks, terminal commands and direction marks, spelled out: a logged text neither forges a line nor hides one. */
const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
