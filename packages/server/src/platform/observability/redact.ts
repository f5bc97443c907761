/** Stands for a secret; its length says nothing. */
export const REDACTED = '********'

/** How much of a value is logged: levels of nesting, members of one object, characters of one text. */
export const LOG_VALUE_LIMITS = { depthMax: 8, membersMax: 100, textMax: 8192 } as const

/** Keys whose values are secrets, compared in lower case without `-`, `_`, `.` and spaces. */
const SECRET_KEY = /authorization|token|apikey|password|passwd|passphrase|cookie|secret|credential|privatekey/

const NAMED = 'token|api[-_ ]?key|password|passwd|passphrase|secret|credential|private[-_ ]?key'

/** Secrets inside text, each with what remains of it. Every repetition is bounded or cannot overlap its neighbour. */
const SECRET_TEXT: readonly (readonly [pattern: RegExp, remains: string])[] = [
  // A header line: everything up to its end, because schemes and cookies have several parts.
  [/((?:authorization|cookie)\\?["']?\s{0,3}[:=]\s{0,3})[^\r\n]+/gi, `$1${REDACTED}`],
  [/\b(bearer\s{1,3})[^\s"',;]+/gi, `$1${REDACTED}`],
  [/\b(basic\s{1,3})[A-Za-z0-9+/_=-]{16,}/gi, `$1${REDACTED}`],
  // A token of this project.
  [/\bfc_[A-Za-z0-9_-]{43}/g, REDACTED],
  // A JSON Web Token in compact form (RFC 7519).
  [/\beyJ[\w-]{10,500}\.[\w-]{4,6000}\.[\w-]*/g, REDACTED],
  // The user part of an address (RFC 3986 section 3.2.1).
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,500}@/gi, `$1${REDACTED}@`],
  [
    new RegExp(`((?:${NAMED})s?\\\\?["']?\\s{0,3}[:=]\\s{0,3})(?:\\\\?"[^"]*"?|'[^']*'?|[^\\s"'&,;}]+)`, 'gi'),
    `$1${REDACTED}`,
  ],
]

/** Masks secrets inside a text: known values exactly, others by the form in which they are usually written. */
export function redactText(text: string, known: Iterable<string> = []): string {
  let masked = text
  // Known values before the cut, so that none is cut into a part that is no longer recognised.
  for (const secret of known) masked = masked.replaceAll(secret, REDACTED)
  if (masked.length > LOG_VALUE_LIMITS.textMax) masked = `${masked.slice(0, LOG_VALUE_LIMITS.textMax)}…`
  for (const [pattern, remains] of SECRET_TEXT) masked = masked.replace(pattern, remains)
  return masked
}

/**
 * A copy of any value as plain JSON data without secrets: members with a secret name are masked whatever they hold, and
 * so are secrets inside texts. Total on everything: cycles, getters that throw, errors with causes, binary data.
 */
export function redactValue(value: unknown, known: Iterable<string> = []): unknown {
  return copy(value, { known, above: [] })
}

interface Walk {
  readonly known: Iterable<string>
  /** The objects this value is inside of: meeting one of them again is a cycle. */
  readonly above: readonly object[]
}

function copy(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return redactText(value, walk.known)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (walk.above.includes(value)) return '[circular]'
  if (walk.above.length >= LOG_VALUE_LIMITS.depthMax) return '[too deep]'
  return copyObject(value, { known: walk.known, above: [...walk.above, value] })
}

function copyObject(value: object, walk: Walk): unknown {
  try {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    if (value instanceof URL) return redactText(value.href, walk.known)
    if (value instanceof Map)
      return copyMembers(
        [...value].map(([key, each]) => [String(key), each]),
        walk,
      )
    if (value instanceof Set || Array.isArray(value)) return copyItems([...value], walk)
    return copyMembers(value instanceof Error ? errorMembers(value) : Object.entries(value), walk)
  } catch {
    // A getter or proxy of the value threw; its error may quote what must not be logged.
    return '[unreadable]'
  }
}

/** An error's own members with those that do not enumerate. */
const errorMembers = (error: Error): [string, unknown][] => {
  const { name, message, stack, cause } = error
  return Object.entries({ ...error, name, message, stack, cause }).filter(([, value]) => value !== undefined)
}

function copyItems(items: readonly unknown[], walk: Walk): unknown[] {
  const copies = items.slice(0, LOG_VALUE_LIMITS.membersMax).map((item) => copy(item, walk))
  if (items.length > copies.length) copies.push(`[${items.length - copies.length} more]`)
  return copies
}

function copyMembers(members: readonly (readonly [string, unknown])[], walk: Walk): Record<string, unknown> {
  const shown = members.slice(0, LOG_VALUE_LIMITS.membersMax)
  const copies = shown.map(([key, value]) => [
    redactText(key, walk.known),
    isSecret(key, value) ? REDACTED : copy(value, walk),
  ])
  if (members.length > shown.length) copies.push(['…', `[${members.length - shown.length} more]`])
  return Object.fromEntries(copies)
}

const isSecret = (key: string, value: unknown): boolean =>
  value !== undefined && value !== null && SECRET_KEY.test(key.toLowerCase().replace(/[-_. ]/g, ''))
