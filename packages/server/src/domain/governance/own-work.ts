import type { Action } from '@forge-cascade/contract/vocabulary'
import type { GateRequest } from './gate.ts'

/**
 * What the instance does of its own, by the action it takes: without it the instance would not start, would break its word, or
 * could not be mended. Whoever may open the data folder is its operator.
 */
export const OWN_WORK: Readonly<Partial<Record<Action, string>>> = {
  'subject.create': 'registers its administrator at its first start',
  'system.restore': 'tells the log that its store was restored',
  'system.maintain': 'begins or gives up a change of the model, as it is configured',
  'ledger.sign': 'begins its log, and goes by the keys of its data folder',
  'import.run': 'marks imports that an end interrupted',
  'capsule.erase':
    'completes erasures that were acknowledged, and repeats those that a restored store does not know of',
  'policy.apply': 'keeps the policies that come with the program, and goes back to them from the data folder',
  'proposal.close': 'opens and closes votes in their time, whoever would rather have it otherwise',
  'emergency.raise': 'obeys the file EMERGENCY in its data folder',
}

/** What going back to the policies that come with the program is decided on: the guardian's risk holds nobody back from it. */
export const GOING_BACK = 'governance/policies/built-in'

export const isOwnWork = ({ ownWork, action }: GateRequest): boolean =>
  ownWork === true && OWN_WORK[action] !== undefined
