/** Ids that a page shows, with those that the commands printed in their place. */
export type Bindings = Map<string, string>

interface Varying {
  /** Finds it in what the page shows. */
  readonly form: string
  /** What may stand there instead; a bound one is the same wherever the page shows the same. */
  readonly stands: string | 'bound'
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(?:[.-]\d+)?Z`
const AGO = String.raw`just now|\d+ (?:minute|hour|day|month|year)s? ago`
const DURATION = String.raw`(?:\d+ (?:h|min) )?${NUMBER} (?:s|ms|min)\b`
const VERSION = String.raw`(?<=Forge Cascade |(?:Node|SQLite): version )\d+\.\d+\.\d+(?: on \w+)?`
const SIZE = String.raw`${NUMBER} (?:bytes|[KMG]i?B)\b`

/**
 * What differs from run to run, so that a page may show a real one. Everything else is compared letter by letter.
 * `…` stands for the rest of a line, or alone for any lines.
 */
const VARYING: Readonly<Record<string, Varying>> = {
  uuid: { form: UUID, stands: 'bound' },
  digest: { form: '[0-9a-f]{64}', stands: '[0-9a-f]{64}' },
  commit: { form: String.raw`\b[0-9a-f]{40}\b|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8}\b`, stands: '[0-9a-f]+' },
  command: { form: '[0-9a-f]{32}', stands: '[0-9a-f]{32}' },
  time: { form: TIME, stands: TIME },
  minute: { form: String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`, stands: String.raw`\d{4}-\d\d-\d\d \d\d:\d\d` },
  day: { form: String.raw`\b\d{4}-\d\d-\d\d\b`, stands: String.raw`\d{4}-\d\d-\d\d` },
  ago: { form: AGO, stands: AGO },
  duration: { form: DURATION, stands: DURATION },
  size: { form: SIZE, stands: SIZE },
  port: { form: String.raw`(?<=(?:127\.0\.0\.1|localhost):)\d+`, stands: String.raw`\d+` },
  version: { form: VERSION, stands: VERSION },
  count: {
    form: String.raw`(?<=\bup to |\bchecked to |\bprocess |\bArchived )\d+\b|\b${NUMBER}(?= (?:documents|capsules? and chunks?)\b)`,
    stands: NUMBER,
  },
  fraction: { form: String.raw`\b\d+\.\d{3,}(?:e-\d+)?\b`, stands: String.raw`${NUMBER}(?:e-\d+)?` },
  rest: { form: '…', stands: '.*' },
  blanks: { form: '(?<=\\S) {2,}', stands: ' +' },
}

const FORMS = new RegExp(
  Object.entries(VARYING)
    .map(([name, { form }]) => `(?<${name}>${form})`)
    .join('|'),
  'g',
)

/**
 * Whether a command printed what its page shows; ids are remembered, so that later commands may name them.
 *
 * @returns the first line that the page shows and the command did not print, or undefined.
 */
export function findUnlike(shown: readonly string[], printed: string, bindings: Bindings): string | undefined {
  const wanted = trimEnd(shown)
  const match = patternOf(wanted, bindings).exec(textOf(printed))
  if (match === null) return firstUnlike(wanted, printed, bindings) ?? 'more was printed than the page shows'
  for (const [name, value] of Object.entries(match.groups ?? {})) bindings.set(uuidOf(name), value)
  return undefined
}

/** The same text with what differs from run to run allowed to differ. */
export const matchesText = (shown: string, printed: string, bindings: Bindings): boolean =>
  findUnlike(shown.split('\n'), printed, bindings) === undefined

const trimEnd = (lines: readonly string[]): readonly string[] =>
  lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1)

const textOf = (printed: string): string =>
  trimEnd(printed.split('\n').map((line) => line.trimEnd()))
    .map((line) => `${line}\n`)
    .join('')

function patternOf(lines: readonly string[], bindings: Bindings): RegExp {
  const seen = new Set<string>()
  const parts = lines.map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${lineForm(line, bindings, seen)}\\n`))
  return new RegExp(`^${parts.join('')}$`)
}

function lineForm(line: string, bindings: Bindings, seen: Set<string>): string {
  const text = line.trimEnd()
  let form = ''
  let at = 0
  for (const hit of text.matchAll(FORMS)) {
    form += literal(text.slice(at, hit.index)) + formOf(hit, bindings, seen)
    at = hit.index + hit[0].length
  }
  return form + literal(text.slice(at))
}

function formOf(hit: RegExpMatchArray, bindings: Bindings, seen: Set<string>): string {
  const name = Object.entries(hit.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? ''
  const stands = VARYING[name]?.stands ?? ''
  if (stands !== 'bound') return `(?:${stands})`
  const bound = bindings.get(hit[0])
  if (bound !== undefined) return bound
  const group = groupOf(hit[0])
  if (seen.has(group)) return `\\k<${group}>`
  seen.add(group)
  return `(?<${group}>${UUID})`
}

/** A name of a group cannot have hyphens. */
const groupOf = (uuid: string): string => `u${uuid.replaceAll('-', '_')}`
const uuidOf = (group: string): string => group.slice(1).replaceAll('_', '-')

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

/** The line at which the page and the command part. */
function firstUnlike(lines: readonly string[], printed: string, bindings: Bindings): string | undefined {
  const text = textOf(printed)
  return lines.find((_, index) => {
    const source = patternOf(lines.slice(0, index + 1), bindings).source
    return !new RegExp(source.slice(0, -1)).test(text)
  })
}
