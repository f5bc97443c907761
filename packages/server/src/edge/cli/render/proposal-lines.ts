import type {
  Constitution,
  DelegationAnswer,
  ElectionExport,
  Proposal,
  ProposalPage,
  VoteAnswer,
} from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { Painter, View } from './view.ts'
import { minuteOf, momentAfter, number, plural } from './words.ts'

type Listed = ProposalPage['items'][number]

/** Proposals, one a line. */
export function proposalListLines({ items }: ProposalPage, { paint, command }: View): readonly string[] {
  if (items.length === 0) return ['Nothing is proposed.', paint.faint(command('help proposals create'))]
  return [
    ...items.map(
      (one) =>
        `${paint.strong(one.id)}  ${stateOf(one)}  ${one.kind}  ${titleOf(one)}${one.closes_at === null ? '' : `  ${weights(one)}`}`,
    ),
    paint.faint(command('proposals show ID')),
  ]
}

/** One proposal with everything that whoever votes needs to know. */
export function proposalLines(proposal: Proposal, { paint, command }: View): readonly string[] {
  const { id, title, description, digest, veto, execution } = proposal
  return [
    `${paint.strong(id)}  ${stateOf(proposal)}`,
    `  ${titleOf({ title })}, proposed by ${oneLine(proposal.proposer_name ?? proposal.proposer_id)} ${minuteOf(proposal.created_at)}`,
    ...(description === '' ? [] : [`  ${oneLine(description)}`]),
    `  ${actionOf(proposal)}`,
    ...rulesOf(proposal, paint),
    paint.faint(`  digest ${digest}`),
    ...councilOf(proposal),
    ...votingOf(proposal),
    ...(veto === null ? [] : [`  ${paint.bad('vetoed')} by ${veto.clause}: ${oneLine(veto.reason)}`]),
    ...(proposal.timelock_until === null || execution !== null
      ? []
      : [
          `  waits until ${momentAfter(proposal.timelock_until, proposal.closes_at ?? proposal.created_at)}, and is carried out then`,
        ]),
    ...(execution === null ? [] : [`  ${execution.state} ${minuteOf(execution.at)}${whyOf(execution)}`]),
    ...nextOf(proposal).map((rest) => paint.faint(command(rest))),
  ]
}

/** What was said, and with which weight. */
export const voteLine = ({ vote, weight, timestamp }: VoteAnswer): string =>
  `Voted ${vote}, with a weight of ${weight}, ${minuteOf(timestamp)}.`

export const delegationLine = ({ from, from_name, to, to_name, topic }: DelegationAnswer): string =>
  `${oneLine(to_name ?? to)} speaks for ${oneLine(from_name ?? from)} on ${topic === 'all' ? 'all proposals' : `proposals of the kind ${topic}`}.`

export const delegationListLines = ({ items }: { readonly items: readonly DelegationAnswer[] }): readonly string[] =>
  items.length === 0 ? ['Nobody speaks for you, nor you for anybody.'] : items.map(delegationLine)

/** What was written. */
export const electionLines = ({ ballots, voters, result }: ElectionExport, path: string): readonly string[] => [
  `Wrote ${path}: ${plural(ballots.length, 'ballot')} of ${plural(voters.length, 'voter')}, ${result.outcome}.`,
]

/** The clauses, each with its sentence; or as they are written. */
export function constitutionLines(
  { clauses }: Constitution,
  { paint, command }: View,
  asText: boolean,
): readonly string[] {
  if (asText) return clauses.map(({ text }) => text.trim())
  return [
    ...clauses.map(
      ({ id, says, origin }) =>
        `${paint.strong(id)}  ${oneLine(says ?? '')}${origin === 'instance' ? paint.faint('  voted for here') : ''}`,
    ),
    paint.faint(command('help proposals create')),
  ]
}

const stateOf = ({ status, outcome }: Pick<Listed, 'status' | 'outcome'>): string => outcome ?? status

const titleOf = ({ title }: Pick<Listed, 'title'>): string => (title === '' ? '(erased)' : oneLine(title))

const percent = (part: number): string => `${number(Math.round(part * 1000) / 10)} %`

const weights = ({ weight_for, weight_against }: Listed): string =>
  `${number(weight_for)} for, ${number(weight_against)} against`

function votingOf(proposal: Proposal): readonly string[] {
  const { voters, closes_at, opens_at, status } = proposal
  if (status === 'ACTIVE' && opens_at !== null) return [`  voting opens ${minuteOf(opens_at)}`]
  if (voters === null || closes_at === null) return []
  const { participation, quorum, votes_for, votes_against, votes_abstain } = proposal
  return [
    `  ${weights(proposal)} (${votes_for}, ${votes_against} and ${votes_abstain} abstained of ${plural(voters, 'voter')})`,
    `  ${percent(participation)} of all weight cast, ${percent(quorum)} needed; ${status === 'VOTING' ? 'closes' : 'closed'} ${momentAfter(closes_at, opens_at ?? proposal.created_at)}`,
    ...ownVoteOf(proposal),
  ]
}

const ownVoteOf = ({ own_vote, status }: Proposal): readonly string[] =>
  own_vote === null
    ? []
    : [`  you voted ${own_vote}${status === 'VOTING' ? ', and may vote otherwise until the close' : ''}`]

/** Rules of a kind that are shown; `--json` has all of them, in Cedar. */
const RULES_SHOWN = 20
type Rules = NonNullable<Proposal['rules']>

/** What policies change of those in force; of what is changed both texts, as the sentence may be the same. */
function rulesOf({ rules }: Proposal, paint: Painter): readonly string[] {
  if (rules === null) return []
  const lines = [
    ...rules.added.map((rule) => [paint.good(`  + ${ruleOf(rule)}`)]),
    ...rules.removed.map((rule) => [paint.bad(`  - ${ruleOf(rule)}`)]),
    ...rules.changed.map((rule) => [
      paint.warn(`  ~ ${ruleOf(rule)}`),
      `      from ${oneLine(rule.before.text)}`,
      `      to   ${oneLine(rule.text)}`,
    ]),
  ]
  if (lines.length === 0) return ['  no rule differs from those in force']
  const rest = lines.length - RULES_SHOWN
  return [
    ...lines.slice(0, RULES_SHOWN).flat(),
    ...(rest > 0 ? [paint.faint(`  and ${plural(rest, 'rule')} more, with --json`)] : []),
  ]
}

const ruleOf = ({ id, effect, says, text }: Rules['added'][number]): string =>
  `${id} ${effect}s: ${oneLine(says ?? text)}`

function actionOf({ action }: Proposal): string {
  if (action.type === 'trust_change') return `sets the trust of ${action.subject} to ${action.trust}`
  if (action.type === 'configuration_change')
    return `sets ${action.changes.map(({ key, from, value }) => `${key} to ${settingOf(value)} (${settingOf(from)} when it was proposed)`).join(', ')}`
  if (action.type === 'constitution_amendment')
    return `changes the constitution: ${action.clauses.map(changeOf).join('; ')}`
  if (action.files === null) return 'puts the policies in force that come with the program'
  return `puts policies in force: ${action.files.map(({ path }) => path).join(', ')}`
}

/** What the advisers think, in a line; `proposals advice` has their reasons. */
const councilOf = ({ advice }: Proposal): readonly string[] =>
  advice.length === 0
    ? []
    : [
        `  council, not counted: ${advice.map(({ adviser, opinion }) => `${oneLine(adviser)} ${opinion ?? 'failed'}`).join(', ')}`,
      ]

const settingOf = (value: string | number | boolean | null): string =>
  value === null ? 'what is configured' : oneLine(String(value))

type ClauseChange = Extract<Proposal['action'], { type: 'constitution_amendment' }>['clauses'][number]

function changeOf({ id, from, text }: ClauseChange): string {
  if (text === null) return `takes ${id} away`
  return `${from === null ? 'adds' : 'replaces'} ${id}: ${oneLine(text)}`
}

const whyOf = ({ code, detail }: NonNullable<Proposal['execution']>): string =>
  code === null ? '' : ` (${code}): ${oneLine(detail ?? '')}`

function nextOf({ id, status, execution, own_vote }: Proposal): readonly string[] {
  if (status === 'DRAFT') return [`proposals open ${id}`]
  if (status === 'VOTING')
    return [`proposals analysis ${id}`, ...(own_vote === null ? [`proposals vote ${id} for`] : [])]
  return execution?.state === 'failed' ? [`proposals retry ${id}`] : []
}
