import type { AccessTokenAnswer, OwnAgents, SelfAnswer, SubjectAnswer } from '@forge-cascade/contract'
import { oneLine } from './text.ts'
import type { View } from './view.ts'
import { dateOf } from './words.ts'

/** A subject. */
export function subjectLines(subject: SubjectAnswer, { paint }: View): string[] {
  const { id, kind, name, roles, trust, owner, owner_name, active } = subject
  const words = [
    kind,
    roles.join(', '),
    `trust ${trust}`,
    ...(owner === null ? [] : [`owner ${oneLine(owner_name ?? owner)}`]),
    ...(active ? [] : [paint.bad('deactivated')]),
  ]
  return [`${paint.strong(oneLine(name))}  ${words.join('  ')}`, `  ${id}  since ${dateOf(subject.created_at)}`]
}

/** A token, without the token itself. */
export function tokenLines(token: AccessTokenAnswer, { paint }: View): string[] {
  const { id, name, subject, subject_name, scopes, state, expires_at } = token
  const until = state === 'expired' ? `expired ${dateOf(expires_at)}` : `until ${dateOf(expires_at)}`
  return [
    `${paint.strong(id)}  ${oneLine(subject_name ?? subject)}  ${oneLine(name)}`,
    `  ${state === 'revoked' ? paint.bad('revoked') : until}  for ${scopes === null ? 'all that its subject may' : scopes.join(', ')}`,
  ]
}

/** Who one is here. */
export function selfLines({ subject, token, instance }: SelfAnswer, view: View): string[] {
  const { paint } = view
  const held =
    token === null ? ['  the token of the data folder  for all that its subject may'] : tokenLines(token, view)
  return [
    ...subjectLines(subject, view),
    'Token',
    ...held.map((line) => `  ${line.trimStart()}`),
    'Instance',
    `  Forge Cascade ${oneLine(instance.version)}  ${paint.faint(`log ${oneLine(instance.log)}`)}`,
  ]
}

/** Agents of whoever asks, each with its tokens. */
export const ownAgentLines = ({ items }: OwnAgents, view: View): string[] =>
  items.flatMap(({ agent, tokens }) => [
    ...subjectLines(agent, view),
    ...tokens.flatMap((token) => tokenLines(token, view).map((line) => `  ${line}`)),
  ])
