import type { Approval, ApprovalPage } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { minuteOf } from './words.ts'

/** A longer body is cut. */
const BODY_LENGTH_SHOWN = 2000

/** What waits, after how many of whom wait for what. */
export function approvalListLines({ items, groups }: ApprovalPage, state: string, view: View): readonly string[] {
  if (items.length === 0) return [state === 'waiting' ? 'Nothing waits for an approval.' : `No request is ${state}.`]
  return [
    ...groups.map(
      ({ requester, requester_name, action, waiting }) =>
        `${waiting} waiting: ${action}, asked for by ${oneLine(requester_name ?? requester)}`,
    ),
    ...items.map(
      ({ id, action, resource, requester, requester_name, expires_at, ...one }) =>
        `${view.paint.strong(id)}  ${one.state}  ${action} ${oneLine(resource)}  ${oneLine(requester_name ?? requester)}  until ${minuteOf(expires_at)}`,
    ),
    view.paint.faint(view.command('approvals show ID')),
  ]
}

/** One request with everything that whoever decides needs to know. */
export function approvalLines(approval: Approval, view: View): readonly string[] {
  const { id, state, action, resource, requester, requester_name, version } = approval
  const { paint, command } = view
  const next = [
    paint.faint(`${command(`approvals approve ${id}`)}  or  ${command(`approvals reject ${id} --reason …`)}`),
  ]
  return [
    `${paint.strong(id)}  ${state}`,
    `  ${action} on ${oneLine(resource)}${version === null ? '' : ` ${version}`}, asked for by ${oneLine(requester_name ?? requester)}`,
    `  ${operationLine(approval)}`,
    ...approval.reasons.map(({ message }) => `  ${oneLine(message)}`),
    `  asked ${minuteOf(approval.created_at)}, waits until ${minuteOf(approval.expires_at)}`,
    ...endLines(approval),
    ...(state === 'waiting' ? next : []),
  ]
}

/** The operation with what it is given; of what was erased the operation alone. */
function operationLine({ operation, digest }: Approval): string {
  const { id, params, query, body } = operation
  if (digest === null) return `${id}, of which the rest was erased`
  return [id, ...[params, query, body].filter(hasWords).map(shown)].join(' ')
}

const hasWords = (part: unknown): boolean =>
  typeof part === 'object' ? part !== null && Object.keys(part).length > 0 : part !== undefined

function shown(part: unknown): string {
  const text = JSON.stringify(part)
  return oneLine(text.length > BODY_LENGTH_SHOWN ? `${text.slice(0, BODY_LENGTH_SHOWN)}…` : text)
}

function endLines({ decided, outcome, state }: Approval): readonly string[] {
  const lines: string[] = []
  if (decided !== null) {
    const word = state === 'rejected' ? 'rejected' : 'approved'
    const reason = decided.reason === null ? '' : `: ${oneLine(decided.reason)}`
    lines.push(`  ${word} ${minuteOf(decided.at)} by ${oneLine(decided.by_name ?? decided.by)}${reason}`)
  }
  if (outcome !== null) {
    const why = outcome.code === null ? '' : ` (${outcome.code}): ${oneLine(outcome.detail ?? '')}`
    lines.push(`  ${state} ${minuteOf(outcome.at)}${why}`)
  }
  return lines
}
