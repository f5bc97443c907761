import { ROUTING_LIMITS } from '@forge-cascade/contract'
import { type FormFault, listFormFaults, readLinedYaml } from '#config'
import { type HasKey, type LineOf, lintRules, type RoutingFinding, type Space, sortFindings } from './lint-rules.ts'
import { NO_RULES, type RoutingRules, routingSchema } from './routing-rules.ts'

export interface RoutingReading {
  /** Undefined where a finding is an error. */
  readonly rules: RoutingRules | undefined
  readonly findings: readonly RoutingFinding[]
}

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
  const yaml = readLinedYaml(text)
  if (!yaml.ok) return refused([finding(yaml.fault.line, '', sentence(yaml.fault.message), 'Correct it.')])
  const { value, lineOf } = yaml
  if (value === undefined) return { rules: NO_RULES, findings: [] }
  const parsed = routingSchema.safeParse(value)
  if (!parsed.success)
    return refused(sortFindings(listFormFaults(routingSchema, value).map((fault) => toFinding(fault, lineOf))))
  const findings = lintRules(parsed.data, lineOf, space, hasKey)
  return { rules: findings.some(({ severity }) => severity === 'error') ? undefined : parsed.data, findings }
}

const sentence = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`

function toFinding(fault: FormFault, lineOf: LineOf): RoutingFinding {
  const at = [lineOf(fault.path), fault.path.join('.')] as const
  if (fault.kind === 'value') return finding(...at, expected(fault.message), 'Change the value.')
  if (SECRETS.has(String(fault.path.at(-1)).toLowerCase())) {
    const fix = 'Name a variable of the environment with api_key_env, or a file beside the rules with api_key_file.'
    return finding(...at, 'A key never stands in the rules.', fix)
  }
  return finding(...at, 'There is no such key.', fault.near ? `Did you mean ${fault.near}?` : 'Remove it.')
}

const expected = (message: string): string => `The value does not fit: ${message.replace(/^Invalid input: /, '')}.`

/** What a key is meant for that people write first. */
const SECRETS = new Set(['api_key', 'apikey', 'key', 'token', 'password', 'secret', 'authorization'])

const finding = (line: number, path: string, message: string, fix: string): RoutingFinding => ({
  ...{ severity: 'error', line, path, message, fix },
})
const refused = (findings: readonly RoutingFinding[]): RoutingReading => ({ rules: undefined, findings })
