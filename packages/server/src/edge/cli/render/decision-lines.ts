import type { DecisionRecord, ExplainedDecision, PoliciesInForce, PolicyChange } from '@forge-cascade/contract'
import { quoteForShell } from '../shell-word.ts'
import { findingLines, policyLines } from './policy-lines.ts'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf, plural } from './words.ts'

const WORDS = {
  allow: ['allowed', 'good'],
  deny: ['denied', 'bad'],
  require_approval: ['needs approval', 'warn'],
  would_deny: ['let pass, would be denied', 'warn'],
} as const

/** A decision for people: what was asked, what came of it, and why. */
export function decisionLines(decision: DecisionRecord, view: View, form: 'short' | 'whole' = 'whole'): string[] {
  const { paint } = view
  const { action, resource, actor, reasons, metrics, mode, decision_id } = decision
  const [word, style] = WORDS[decision.decision]
  const who =
    actor === null ? 'nobody in particular' : `${oneLine(actor.name ?? actor.id)} (${actor.kind}, trust ${actor.trust})`
  const what = resource === '*' ? action : `${action} on ${oneLine(resource)}`
  const shown = form === 'whole' ? reasons : reasons.filter(({ code }) => code !== 'PERMITTED')
  return [
    `${paint[style](word)}  ${paint.strong(what)} by ${who}`,
    ...shown.map(({ step, message }) => `  ${paint.faint(step.padEnd(12))} ${oneLine(message)}`),
    paint.faint(
      `  ${decision_id ?? 'a preview'}  ${minuteOf(decision.timestamp)}  mode ${mode}, risk ${metrics.risk} of 100${metrics.drift === null || metrics.drift === 0 ? '' : `, drift ${metrics.drift} of 100`}`,
    ),
  ]
}

const RESULTS = { passed: 'passed', held: 'held', stopped: 'stopped it', failed: 'broke', unreached: '·' } as const

/** The whole story of a decision. */
export function explainedDecisionLines(explained: ExplainedDecision, view: View): string[] {
  const { paint } = view
  const { steps, policies, recorded, outcome, replay } = explained
  const colour = { passed: paint.good, held: paint.warn, stopped: paint.bad, failed: paint.bad, unreached: paint.faint }
  const place =
    recorded.ledger_index === null ? 'is not in the log yet' : `is entry ${recorded.ledger_index} of the log`
  const matches = recorded.matches
    ? paint.good('what it was decided from matches its digest there')
    : paint.bad('what it was decided from does not match its digest there')
  return [
    ...decisionLines(explained, view),
    'Steps',
    ...steps.map(({ step, result }) => `  ${colour[result](RESULTS[result].padEnd(11))} ${step}`),
    ...(policies.length === 0 ? [] : ['Policies']),
    ...policies.flatMap((policy) => [
      ...policyLines(policy, view).map((line) => `  ${line}`),
      ...(policy.says === null ? [] : [paint.faint(`    ${oneLine(policy.says)}`)]),
    ]),
    `It ${place}; ${recorded.ledger_index === null ? 'look again in a moment' : matches}.`,
    ...(outcome === null ? [] : [outcomeLine(outcome)]),
    replay === null
      ? 'The policies of then are not kept, so it cannot be decided again.'
      : `Decided again by the policies of then: ${replay.same ? paint.good('the same') : paint.bad(`another word, ${replay.decision}`)}.`,
  ]
}

function outcomeLine({ state, code, ended_at }: NonNullable<ExplainedDecision['outcome']>): string {
  if (state === 'open' || ended_at === null) return 'It acts outside the store, and has no outcome yet.'
  const at = minuteOf(ended_at)
  if (state === 'done') return `It was carried out, ${at}.`
  if (state === 'failed') return `It failed with ${code ?? 'no code'}, ${at}.`
  return `Nobody knows what became of it: the process ended in between, which was found ${at}.`
}

/** The rules in force, each with its sentence; or their files. */
export function policiesLines(
  { policies, files, digest, is_built_in, applied_at }: PoliciesInForce,
  view: View,
  text: boolean,
): string[] {
  const { paint } = view
  if (text) return files.flatMap((file) => [paint.faint(`// ${file.path}`), ...file.text.split('\n')])
  const width = Math.max(...policies.map(({ id }) => id.length))
  return [
    ...policies.map(({ id, effect, says, mode, canary_percent, curable }) => {
      const more = [
        ...(mode === 'enforce' ? [] : [`${mode}${canary_percent > 0 ? `, enforced for ${canary_percent} %` : ''}`]),
        ...(curable === null ? [] : ['yields to an approval']),
      ]
      const colour = effect === 'permit' ? paint.good : paint.bad
      return `${colour(effect.padEnd(6))} ${id.padEnd(width)}  ${oneLine(says ?? '')}${more.length === 0 ? '' : paint.faint(` (${more.join('; ')})`)}`
    }),
    paint.faint(
      `${plural(policies.length, 'policy')}, ${is_built_in ? 'those that come with the program' : 'of this instance'}${applied_at === null ? '' : `, since ${minuteOf(applied_at)}`}; digest ${digest}`,
    ),
  ]
}

/** What policies may speak of, as a file of its own. */
export const schemaLines = ({ files }: PoliciesInForce): string[] =>
  files.filter(({ path }) => path.endsWith('.cedarschema')).flatMap(({ text }) => text.trimEnd().split('\n'))

/** The files that were written, and which of them are to stay as they are. */
export function writtenPoliciesLines(
  { policies, files, digest }: PoliciesInForce,
  folder: string,
  view: View,
): string[] {
  const { paint } = view
  const fixed = new Set(policies.flatMap(({ tier, file }) => (tier === 'constitution' ? [file] : [])))
  const width = Math.max(...files.map(({ path }) => path.length))
  const said = (path: string) =>
    fixed.has(path) || path.endsWith('.cedarschema') ? 'comes with the program: leave it as it is' : 'yours to change'
  return [
    `Wrote ${oneLine(folder)}: ${plural(policies.length, 'policy')} in ${plural(files.length, 'file')}.`,
    ...files.map(({ path }) => `  ${path.padEnd(width)}  ${paint.faint(said(path))}`),
    paint.faint(`digest ${digest}`),
    `Then: ${view.command(`policy lint ${quoteForShell(folder)}`)}, and policy test, diff and apply with the same folder.`,
  ]
}

/** What is wrong with policies that were handed in, and what they change. */
export function policyChangeLines(change: PolicyChange, view: View, dryRun: boolean): string[] {
  const { paint } = view
  const { findings, added, removed, changed, digest, applied, previous } = change
  const rows = [
    ...added.map((id) => paint.good(`+ ${id}`)),
    ...removed.map((id) => paint.bad(`- ${id}`)),
    ...changed.map((id) => paint.warn(`~ ${id}`)),
  ]
  if (digest === null)
    return [
      ...findings.flatMap((each) => findingLines(each, view)),
      `${paint.bad('not sound')}  what was in force stays`,
    ]
  const word = applied ? paint.good('in force') : dryRun ? paint.good('sound') : paint.good('unchanged')
  return [
    ...findings.flatMap((each) => findingLines(each, view)),
    ...(rows.length === 0 ? ['No policy differs.'] : rows),
    `${word}  digest ${digest}`,
    paint.faint(`  before ${previous}`),
  ]
}
