import { createRequire } from 'node:module'
import { ROUTING_LIMITS } from '@forge-cascade/contract'
import type * as Yaml from 'yaml'
import { lazy, messageOf } from '#base'
import { didYouMean } from '#config'
import { type HasKey, lintRules, type RoutingFinding, type Space, sortFindings } from './lint-rules.ts'
import { NO_RULES, type RoutingRules, routingSchema } from './routing-rules.ts'

export interface RoutingReading {
  /** Undefined where a finding is an error. */
  readonly rules: RoutingRules | undefined
  readonly findings: readonly RoutingFinding[]
}

const require = createRequire(import.meta.url)
/** Most instances have no rules. What is required is as its types say. */
const yaml = lazy(() => require('yaml') as typeof Yaml)

type Path = readonly (string | number)[]
/** The line of what a path leads to, from 1. */
type LineOf = (path: Path) => number

/**
 * Reads rules in YAML 1.2 and says all that is wrong with them, each with its line. Values are shown in no finding: whoever
 * writes a key where none belongs finds it in no log.
 *
 * @param hasKey tells of keys that are not there, as warnings.
 * @param space whose vectors the instance has; nothing is held against it where it is not known.
 */
export function parseRouting(text: string, space?: Space, hasKey?: HasKey): RoutingReading {
  const bytes = Buffer.byteLength(text)
  if (bytes > ROUTING_LIMITS.textBytesMax)
    return refused([finding(1, '', `It has ${bytes} bytes.`, `Keep to ${ROUTING_LIMITS.textBytesMax}.`)])
  try {
    return read(text, space, hasKey)
  } catch (error) {
    // The parser recurses, so a file of thousands of brackets ends its stack; and it refuses aliases that unfold without end.
    const what = error instanceof RangeError ? 'It is nested too deep.' : messageOf(error)
    return refused([finding(1, '', what, 'Write it with fewer levels, and without aliases.')])
  }
}

function read(text: string, space: Space | undefined, hasKey: HasKey | undefined): RoutingReading {
  const { LineCounter, parseDocument, isNode } = yaml()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const broken = document.errors.map(({ code, pos }) =>
    finding(lines.linePos(pos[0]).line, '', `This is not YAML (${code}).`, 'Correct this line.'),
  )
  if (broken.length > 0) return refused(broken)
  if (document.contents === null) return { rules: NO_RULES, findings: [] }
  const lineOf: LineOf = (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  const parsed = routingSchema.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (!parsed.success) return refused(sortFindings(parsed.error.issues.flatMap((issue) => toFindings(issue, lineOf))))
  const findings = lintRules(parsed.data, lineOf, space, hasKey)
  return { rules: findings.some(({ severity }) => severity === 'error') ? undefined : parsed.data, findings }
}

type Issue =
  ReturnType<typeof routingSchema.safeParse> extends infer R
    ? R extends { error: { issues: readonly (infer I)[] } }
      ? I
      : never
    : never

function toFindings(issue: Issue, lineOf: LineOf): RoutingFinding[] {
  // No key of these rules is a symbol.
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], lineOf))
  if (issue.code === 'invalid_union') {
    // One value or a list of them: what is wrong with the form that was chosen, or with both alike.
    const [own] = issue.errors.toSorted((a, b) => (b[0]?.path.length ?? 0) - (a[0]?.path.length ?? 0))
    const inner = own?.[0]
    if (inner)
      return [
        {
          ...finding(
            lineOf([...path, ...(inner.path as Path)]),
            pathOf([...path, ...(inner.path as Path)]),
            expected(inner.message),
            'Change the value.',
          ),
        },
      ]
  }
  return [finding(lineOf(path), pathOf(path), expected(issue.message), 'Change the value.')]
}

const expected = (message: string): string => `The value does not fit: ${message.replace(/^Invalid input: /, '')}.`

/** What a key is meant for that people write first. */
const SECRETS = new Set(['api_key', 'apikey', 'key', 'token', 'password', 'secret', 'authorization'])

function unknownKey(path: Path, lineOf: LineOf): RoutingFinding {
  const key = String(path.at(-1))
  const at = [lineOf(path), pathOf(path)] as const
  if (SECRETS.has(key.toLowerCase())) {
    const fix = 'Name a variable of the environment with api_key_env, or a file beside the rules with api_key_file.'
    return finding(...at, 'A key never stands in the rules.', fix)
  }
  const near = didYouMean(key, keysAt(path.slice(0, -1)))
  return finding(...at, 'There is no such key.', near ? `Did you mean ${near}?` : 'Remove it.')
}

const KEYS = {
  top: Object.keys(routingSchema.shape),
  provider: [
    'url',
    'model',
    'dimensions',
    'served_as',
    'api_key_env',
    'api_key_file',
    'timeout_ms',
    'batch_max',
    'circuit',
  ],
  circuit: ['failures', 'open_ms', 'probes'],
  rule: ['name', 'when', 'split', 'sticky', 'salt', 'fallbacks'],
  when: [
    ...['purpose', 'action', 'subject', 'kind', 'role', 'lane', 'trust_min'],
    ...['characters_min', 'characters_max', 'hours', 'percent'],
  ],
  split: ['provider', 'weight'],
  penalty: ['strength', 'floor'],
} as const

function keysAt(path: Path): readonly string[] {
  const [top, , third] = path
  if (path.length === 0) return KEYS.top
  if (top === 'penalty') return KEYS.penalty
  if (top === 'providers') return path.length === 2 ? KEYS.provider : KEYS.circuit
  if (third === 'when') return KEYS.when
  return third === 'split' ? KEYS.split : KEYS.rule
}

const pathOf = (path: Path): string => path.join('.')
const finding = (line: number, path: string, message: string, fix: string): RoutingFinding => ({
  ...{ severity: 'error', line, path, message, fix },
})
const refused = (findings: readonly RoutingFinding[]): RoutingReading => ({ rules: undefined, findings })
