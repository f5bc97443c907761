import { GATE_MODES } from '@forge-cascade/contract/vocabulary'
import {
  type BundledPolicy,
  type BundleReading,
  FINDING_FIXES,
  type FindingCode,
  POLICY_LIMITS,
  type PolicyFinding,
} from '#policy'
import { isConstitutional } from './armed-bundle.ts'

/** What an annotation that the gate goes by may say. */
const WORDS: Readonly<Record<string, { readonly form: RegExp; readonly expected: string }>> = {
  mode: { form: new RegExp(`^(?:${GATE_MODES.join('|')})$`), expected: GATE_MODES.join(', ') },
  canary: { form: /^(?:100|[1-9]?\d)$/, expected: 'a whole number from 0 to 100' },
  curable: { form: /^approval$/, expected: 'approval' },
}
const TOLD: ReadonlySet<string> = new Set(['id', 'says', ...Object.keys(WORDS)])

/**
 * A reading with what is wrong with the annotations that the gate goes by: a word that is none of theirs is an error, since a rule
 * that is meant to be tried out would be enforced by it.
 */
export function judgeAnnotations({ bundle, findings }: BundleReading): BundleReading {
  if (bundle === undefined) return { bundle, findings }
  const found = bundle.policies.flatMap(judge)
  const all = [...findings, ...found].slice(0, POLICY_LIMITS.findingsMax)
  return { bundle: found.some(({ severity }) => severity === 'error') ? undefined : bundle, findings: all }
}

function judge(policy: BundledPolicy): readonly PolicyFinding[] {
  const { id, json } = policy
  const isFixed = isConstitutional(id) || json.effect === 'permit'
  return Object.entries(json.annotations ?? {}).flatMap(([name, given]) => {
    // Cedar has no value where none is written.
    const word = given ?? ''
    const rule = WORDS[name]
    if (rule === undefined)
      return TOLD.has(name) ? [] : [finding(policy, 'ANNOTATION_UNKNOWN', `@${name} is none that the gate goes by`)]
    if (!rule.form.test(word))
      return [finding(policy, 'ANNOTATION_WORD', `@${name}(${JSON.stringify(word)}): expected ${rule.expected}`)]
    return isFixed
      ? [finding(policy, 'ANNOTATION_IDLE', `@${name} changes nothing of what permits, nor of the constitution`)]
      : []
  })
}

const finding = ({ file, line }: BundledPolicy, code: FindingCode, message: string): PolicyFinding => ({
  ...{ severity: code === 'ANNOTATION_WORD' ? 'error' : 'warning', code, file, line, column: 1 },
  ...{ message, fix: FINDING_FIXES[code] },
})
