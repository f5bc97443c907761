import type { PolicyExplained, PolicyFindingShown, PolicyLint, PolicyTests } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { plural } from './words.ts'

/** What was found, place by place, and what the bundle is called. */
export function lintLines({ ok, digest, files, policies, has_schema, findings }: PolicyLint, view: View): string[] {
  const { paint } = view
  const what = `${plural(policies, 'policy')} in ${plural(files, 'file')}`
  const against = has_schema ? ', held against the schema' : ', held against the schema of the program'
  const verdict = ok ? paint.good('sound') : paint.bad('not sound')
  return [
    ...findings.flatMap((each) => findingLines(each, view)),
    `${verdict}  ${what}${against}`,
    ...(digest === null ? [] : [`  digest ${digest}`]),
  ]
}

export function findingLines(
  { severity, code, file, line, column, message, fix }: PolicyFindingShown,
  { paint }: View,
): string[] {
  const word = severity === 'error' ? paint.bad(severity) : paint.warn(severity)
  return [`${oneLine(file)}:${line}:${column}: ${word} ${code}: ${oneLine(message)}`, `  fix: ${oneLine(fix)}`]
}

/** The decision, and the parts of each policy that it tells of. */
export function explainedLines(explained: PolicyExplained, view: View): string[] {
  const { paint } = view
  const { decision, reasons, errors, policies } = explained
  const word = decision === 'allow' ? paint.good(decision) : paint.bad(decision)
  return [
    `${word}  ${reasons.length > 0 && errors.length === 0 ? `by ${reasons.map(oneLine).join(', ')}` : WHY[explained.code]}`,
    ...errors.map(
      ({ policy_id, message }) =>
        `  ${paint.bad('failed')}  ${oneLine(policy_id ?? 'the request')}: ${oneLine(message)}`,
    ),
    ...policies.flatMap((policy) => policyLines(policy, view)),
  ]
}

const WHY: Readonly<Record<PolicyExplained['code'], string>> = {
  PERMITTED: 'by a policy',
  FORBIDDEN_BY_POLICY: 'by a policy',
  NOT_PERMITTED: 'because no policy permits it',
  POLICY_ERROR: 'because a policy could not be evaluated',
}

/** All are as wide as the longest. */
const HELD = { held: 'holds    ', not: 'does not ', failed: 'failed   ', unreached: 'unreached' } as const

export function policyLines(
  {
    policy_id,
    effect,
    scope,
    clauses,
  }: Pick<PolicyExplained['policies'][number], 'policy_id' | 'effect' | 'scope' | 'clauses'>,
  { paint }: View,
): string[] {
  const colour = { held: paint.good, not: paint.bad, failed: paint.bad, unreached: paint.faint }
  return [
    `${paint.strong(oneLine(policy_id))}  ${effect}`,
    ...[...scope, ...clauses].map(({ text, held }) => `  ${colour[held](HELD[held])}  ${oneLine(text)}`),
  ]
}

/** How many cases came out as they should, and how the others came out. */
export function testLines({ passed, failed, failures, digest }: PolicyTests, view: View): string[] {
  const { paint } = view
  const total = plural(passed + failed, 'case')
  return [
    ...failures.flatMap((each) => [
      `${paint.bad('failed')}  ${oneLine(each.file)}: ${oneLine(each.name)}`,
      `  expected ${each.expected}${reasonsOf(each.expected_reasons)}`,
      ...explainedLines(each.got, view).map((line) => `  ${line}`),
    ]),
    failed === 0 ? `${paint.good('passed')}  ${total}` : `${paint.bad(`${failed} of ${total} failed`)}`,
    `  digest ${digest}`,
  ]
}

const reasonsOf = (reasons: readonly string[] | null): string => {
  if (reasons === null) return ''
  return reasons.length === 0 ? ' without a determining policy' : ` by ${reasons.map(oneLine).join(', ')}`
}
