import type { ProposalAdvice, ProposalAnalysis } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { Painter, View } from './view.ts'
import { minuteOf, number, plural } from './words.ts'

/** Rows of a kind that are shown; `--json` has all of them. */
const SHOWN = 8
/** Columns of a bar. */
const BAR = 20
const [FULL, EMPTY] = ['█', '·']

/** A part of a whole as a bar: something is never nothing, and not all is never all. */
export function bar(part: number, whole: number, columns = BAR): string {
  if (whole <= 0 || part <= 0) return EMPTY.repeat(columns)
  const least = Math.max(1, Math.round((columns * Math.min(part, whole)) / whole))
  const full = part < whole ? Math.min(columns - 1, least) : columns
  return FULL.repeat(full) + EMPTY.repeat(columns - full)
}

/** What a proposal would do: verdict and drift first, then what turns, and for whom. */
export function analysisLines(analysis: ProposalAnalysis, { paint, command }: View): readonly string[] {
  const { proposal, digest, obstacle, sample } = analysis
  return [
    `${paint.strong(proposal)}  ${verdictOf(analysis, paint)}`,
    ...(obstacle === null ? [] : [`  ${oneLine(obstacle)}`]),
    ...changeOf(analysis),
    ...notAnalysedOf(analysis, paint),
    '',
    ...driftOf(analysis, paint),
    '',
    ...recordedOf(analysis, paint),
    ...effectsOf(analysis, paint),
    ...constitutionOf(analysis, paint),
    ...conflictsOf(analysis, paint),
    '',
    paint.faint(`${plural(sample.requests, 'request')} sampled of ${number(sample.of)}; digest ${digest}`),
    paint.faint(command(`proposals advice ${proposal}`)),
  ]
}

const VERDICTS = {
  kept: ['good', 'keeps the constitution'],
  broken: ['bad', 'breaks the constitution'],
  not_executable: ['bad', 'would be refused when it is carried out'],
} as const satisfies Record<ProposalAnalysis['verdict'], readonly [keyof Painter, string]>

function verdictOf({ verdict }: ProposalAnalysis, paint: Painter): string {
  const [style, words] = VERDICTS[verdict]
  return paint[style](words)
}

function changeOf({ policies: { added, removed, changed }, trust }: ProposalAnalysis): readonly string[] {
  const named = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
  ] as const
  return [
    ...(trust === null ? [] : [`  trust of ${oneLine(trust.name ?? trust.subject)}: ${trust.before} → ${trust.after}`]),
    ...named
      .filter(([, ids]) => ids.length > 0)
      .map(([what, ids]) => `  policies ${what}: ${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ', …' : ''}`),
  ]
}

const notAnalysedOf = ({ not_analysed }: ProposalAnalysis, paint: Painter): readonly string[] =>
  not_analysed.length === 0
    ? []
    : [
        paint.warn(`  not analysed: ${not_analysed.map(oneLine).join(', ')}`),
        '  The gate does not decide by that, so nothing here tells what it would do.',
      ]

function driftOf({ drift: { score, parts } }: ProposalAnalysis, paint: Painter): readonly string[] {
  return [
    `drift ${bar(score, 100)} ${score} of 100`,
    ...parts
      .filter(({ points }) => points > 0)
      .map(({ says, points, weight, part, whole }) =>
        paint.faint(
          `      ${bar(points, weight)} ${points} of ${weight}: ${says} (${number(part)} of ${number(whole)})`,
        ),
      ),
  ]
}

function recordedOf({ recorded, subjects }: ProposalAnalysis, paint: Painter): readonly string[] {
  const { decisions, flipped, hidden, flips, undecided } = recorded
  const without = undecided.input_gone + undecided.risk_near
  return [
    `flips ${bar(flipped, decisions)} ${number(flipped)} of ${plural(decisions, 'recorded decision')}`,
    ...(hidden === 0 ? [] : [paint.faint(`      ${number(hidden)} of them you may not read`)]),
    ...(without === 0 ? [] : [paint.faint(`      ${number(without)} could not be decided again`)]),
    ...flips.slice(0, SHOWN).map((flip) => `      ${flipOf(flip, paint)}`),
    ...more(flips.length, paint),
    ...subjects
      .slice(0, SHOWN)
      .map(({ id, name, gained, lost }) =>
        paint.faint(`      ${oneLine(name ?? id ?? 'nobody')}: ${wayOf(gained, lost)}`),
      ),
  ]
}

type FlipRow = ProposalAnalysis['recorded']['flips'][number]

function flipOf({ id, count, action, subject_name, from, to, code, policy_id }: FlipRow, paint: Painter): string {
  const times = count === 1 ? '' : ` × ${number(count)}`
  const turn = to === 'allow' ? paint.warn(`${from} → ${to}`) : `${from} → ${to}`
  return `${id}${times}  ${oneLine(subject_name ?? 'nobody')}  ${action}  ${turn}  ${policy_id ?? code ?? ''}`.trimEnd()
}

const wayOf = (gained: number, lost: number): string => `gains ${number(gained)}, loses ${number(lost)}`

function effectsOf({ effects }: ProposalAnalysis, paint: Painter): readonly string[] {
  if (effects.length === 0) return ['roles none gains or loses anything']
  const most = Math.max(...effects.map(({ gained, lost, approvals_added }) => gained + lost + approvals_added))
  return [
    'roles, in requests of the sample',
    ...effects.slice(0, SHOWN).map(({ role, action, gained, lost, approvals_lost, approvals_added }) => {
      const approvals = [
        ...(approvals_lost > 0 ? [`${number(approvals_lost)} without the approval it took`] : []),
        ...(approvals_added > 0 ? [`${number(approvals_added)} take an approval`] : []),
      ]
      const words = [wayOf(gained, lost), ...approvals].join(', ')
      return `      ${bar(gained + lost + approvals_added, most, BAR / 2)} ${role}: ${action}  ${words}`
    }),
    ...more(effects.length, paint),
  ]
}

function constitutionOf({ constitution }: ProposalAnalysis, paint: Painter): readonly string[] {
  return [
    'constitution',
    ...constitution.map(({ id, says, kept, leaned_on, example, reason }) =>
      kept
        ? `      ${paint.good('kept  ')} ${id}  ${oneLine(says ?? '')}${leaningOf(leaned_on)}`
        : `      ${paint.bad('broken')} ${id}  ${oneLine(reason ?? `${says ?? ''} Broken by ${example ?? ''}`)}`,
    ),
  ]
}

const leaningOf = (leaned: number): string => (leaned === 0 ? '' : ` (${number(leaned)} now depend on it alone)`)

function conflictsOf({ conflicts: { items, standing } }: ProposalAnalysis, paint: Painter): readonly string[] {
  if (items.length === 0) return []
  return [
    `conflicts that it brings${standing === 0 ? '' : `, beside ${number(standing)} there are`}`,
    ...items
      .slice(0, SHOWN)
      .map(
        ({ permit, forbid, kind, requests }) => `      ${forbid} ${kind} ${permit} in ${plural(requests, 'request')}`,
      ),
    ...more(items.length, paint),
  ]
}

const more = (count: number, paint: Painter): readonly string[] =>
  count > SHOWN ? [paint.faint(`      and ${number(count - SHOWN)} more, with --json`)] : []

/** What the council said, the newest first. */
export function adviceLines({ proposal, items }: ProposalAdvice, { paint, command }: View): readonly string[] {
  const [newest] = items
  if (newest === undefined)
    return ['The council has said nothing of it yet.', paint.faint(command(`proposals advice ${proposal} --ask`))]
  return [
    `${paint.strong(proposal)}  the council, ${minuteOf(newest.at)}; its word is not counted`,
    ...newest.comments.flatMap(({ adviser, state, opinion, text, reasons, code }) =>
      state === 'failed'
        ? [`  ${oneLine(adviser)}: ${paint.warn('failed')} (${code ?? ''})`]
        : [
            `  ${oneLine(adviser)}: ${paint.strong(opinion ?? '')}  ${oneLine(text)}`,
            ...reasons.map((reason) => paint.faint(`      ${oneLine(reason)}`)),
          ],
    ),
    ...(items.length > 1 ? [paint.faint(`  and ${plural(items.length - 1, 'earlier time')}, with --json`)] : []),
  ]
}
