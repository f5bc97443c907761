import { ACTION_TRAITS } from '../action-traits.ts'
import type { Action } from '../actions.ts'
import type { RouteDefinition } from './route.ts'

/** What is of use now or not at all, what is shown once to whoever asks, and the word on what waits. */
const NEVER_WAITS: ReadonlySet<Action> = new Set([
  // What is made by it, a token, is shown once and to whom asked.
  'agent.own',
  'agent.withdraw',
  'approval.decide',
  'emergency.raise',
  'emergency.lift',
  'system.handover',
  'token.create',
  'proposal.vote',
  'proposal.execute',
])

/** Whether a request of this route that needs an approval waits for it: one that changes something, and whose body is JSON. */
export const canWait = ({ access, body, localOnly }: RouteDefinition): boolean =>
  'action' in access &&
  ACTION_TRAITS[access.action].reach !== 'reads' &&
  !NEVER_WAITS.has(access.action) &&
  localOnly !== true &&
  (body?.contentType ?? 'application/json') === 'application/json'
