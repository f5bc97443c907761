import { ACTION_TRAITS } from '@forge-cascade/contract/vocabulary'
import type { AnalysedProposal, Analysis } from '../analysis/index.ts'
import type { Advice, Adviser } from './adviser.ts'

type Effect = Analysis['effects'][number]

/** Advisers that go by rules alone, each with one concern. */
export const RULE_ADVISERS = {
  constitution: adviseOnConstitution,
  security: adviseOnSecurity,
  continuity: adviseOnContinuity,
  privacy: adviseOnPrivacy,
  cost: adviseOnCost,
} as const satisfies Readonly<Record<string, (analysed: AnalysedProposal) => Advice>>
export type RuleAdviserName = keyof typeof RULE_ADVISERS

/** The same as members of a council. */
export const ruleAdviser = (name: RuleAdviserName): Adviser => ({
  name,
  advise: async ({ analysed }) => RULE_ADVISERS[name](analysed),
})

/** Effects that are told as reasons. */
const TOLD = 5

const told = (effects: readonly Effect[], count: (effect: Effect) => number): readonly string[] =>
  effects.slice(0, TOLD).map((effect) => `${effect.role}: ${effect.action} (${count(effect)})`)

function adviseOnConstitution({ analysis, verdict }: AnalysedProposal): Advice {
  const broken = analysis.constitution.filter(({ isKept }) => !isKept)
  if (verdict === 'broken')
    return against(
      'It breaks the constitution.',
      broken.map(({ id, reason, example }) => `${id}: ${reason ?? example ?? ''}`),
    )
  const leaned = analysis.constitution.filter(({ leanedOn }) => leanedOn > 0)
  if (leaned.length === 0) return inFavour('Every rule of the constitution is kept, and none is leaned on.')
  return abstain(
    'The constitution is kept, but more depends on it alone.',
    leaned.map(({ id, leanedOn, example }) => `${id} alone forbids ${leanedOn}, such as ${example ?? ''}`),
  )
}

function adviseOnSecurity({ analysis: { effects } }: AnalysedProposal): Advice {
  const gaining = effects.filter(({ gained }) => gained > 0)
  const grave = gaining.filter(({ action }) => ACTION_TRAITS[action].risk === 'high')
  if (grave.length > 0)
    return against(
      'Somebody gains what is dangerous.',
      told(grave, ({ gained }) => gained),
    )
  if (gaining.length > 0)
    return abstain(
      'Somebody gains power, none of it dangerous.',
      told(gaining, ({ gained }) => gained),
    )
  return inFavour('Nobody gains power.')
}

function adviseOnContinuity({ analysis: { effects }, obstacle }: AnalysedProposal): Advice {
  if (obstacle !== null) return against('It would lock out those who govern, and is not carried out.', [obstacle])
  const unapproved = effects.filter(({ approvalsLost }) => approvalsLost > 0)
  if (unapproved.length > 0)
    return against(
      'What takes somebody’s approval would take none.',
      told(unapproved, ({ approvalsLost }) => approvalsLost),
    )
  const losing = effects.filter(({ lost }) => lost > 0)
  if (losing.length > 0)
    return abstain(
      'Some could not go on as they do.',
      told(losing, ({ lost }) => lost),
    )
  return inFavour('Everybody goes on as they do.')
}

/** What lets one see what others wrote, or did. */
const SEEING = new Set<string>([
  'capsule.read',
  'capsule.search',
  'capsule.export',
  'evidence.export',
  'governance.read',
  'ledger.read',
  'subject.read',
])

function adviseOnPrivacy({ analysis: { effects } }: AnalysedProposal): Advice {
  const seeing = effects.filter(({ action, gained }) => gained > 0 && SEEING.has(action))
  if (seeing.length > 0)
    return against(
      'Some would see what others wrote or did.',
      told(seeing, ({ gained }) => gained),
    )
  return inFavour('Nobody sees more of others than today.')
}

/** The part of recorded decisions from which on a change is felt by everybody. */
const MANY = 0.1

function adviseOnCost({ analysis: { recorded } }: AnalysedProposal): Advice {
  const { decisions, flipped } = recorded
  if (decisions === 0) return abstain('No decisions are recorded to judge it by.')
  const share = `${flipped} of ${decisions} recorded decisions would come out otherwise`
  if (flipped === 0) return inFavour('No recorded decision would come out otherwise.')
  return flipped > MANY * decisions
    ? against('Many would have to work otherwise.', [share])
    : abstain('A few would have to work otherwise.', [share])
}

const inFavour = (text: string): Advice => ({ opinion: 'for', text, reasons: [] })
const abstain = (text: string, reasons: readonly string[] = []): Advice => ({ opinion: 'abstain', text, reasons })
const against = (text: string, reasons: readonly string[]): Advice => ({ opinion: 'against', text, reasons })
