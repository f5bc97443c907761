import { CascadeError } from '#base'
import type { Subject, SubjectKind, SubjectRole } from './subject.ts'

/** What may be changed of a subject; what is left out stays. */
export interface SubjectChange {
  readonly roles?: readonly SubjectRole[] | undefined
  readonly trust?: number | undefined
  readonly active?: boolean | undefined
  /** Of an agent: a person. */
  readonly owner?: string | undefined
}

/** @throws CascadeError FORBIDDEN for more than whoever registers has to give. */
export function checkRegistration(
  by: Subject,
  given: { readonly roles: readonly SubjectRole[]; readonly trust: number },
) {
  checkTrust(by, given.trust)
  checkRoles(by, given.roles)
}

/**
 * An agent that somebody else has raised is no way to more than its owner has.
 *
 * @throws CascadeError NOT_FOUND for what is no agent of `by`; FORBIDDEN for one with more trust or other roles than `by`.
 */
export function checkOwnAgent(by: Subject, agent: Subject | undefined, ref: string): asserts agent is Subject {
  if (agent?.owner !== by.id)
    throw new CascadeError('NOT_FOUND', `You have no agent with the id or the name ${JSON.stringify(ref)}.`)
  checkRegistration(by, agent)
}

/**
 * @param before as it is; `after` as it would be.
 * @throws CascadeError CONFLICT for the instance's own administrator; FORBIDDEN for what `by` may not give or take.
 */
export function checkChange(by: Subject, before: Subject, after: Subject, isFounder: boolean): void {
  if (isFounder)
    throw new CascadeError(
      'CONFLICT',
      `${before.name} is the administrator of the instance, in whose name the instance itself works: its roles, its trust and its access stay. Register another subject for what is to change.`,
    )
  const [added, taken] = [without(after.roles, before.roles), without(before.roles, after.roles)]
  if (by.id === before.id && (after.trust > before.trust || added.length > 0))
    throw new CascadeError(
      'FORBIDDEN',
      'Nobody raises their own trust or gives themselves a role: ask an administrator.',
    )
  if (after.trust > before.trust) checkTrust(by, after.trust)
  checkRoles(by, [...added, ...taken])
}

/** @throws CascadeError UNPROCESSABLE unless an agent has a person as its owner, and nobody else has one. */
export function checkOwner(kind: SubjectKind, owner: Subject | undefined): void {
  if (kind !== 'agent' && owner !== undefined)
    throw new CascadeError('UNPROCESSABLE', `Only an agent has an owner; this is a ${kind}. Leave the owner out.`)
  if (kind !== 'agent') return
  if (owner === undefined)
    throw new CascadeError('UNPROCESSABLE', 'An agent needs an owner: the person who answers for it.')
  if (owner.kind !== 'person' || !owner.active)
    throw new CascadeError(
      'UNPROCESSABLE',
      `The owner of an agent is a person who is active; ${owner.name} is ${owner.kind === 'person' ? 'not active' : `a ${owner.kind}`}.`,
    )
}

function checkTrust(by: Subject, trust: number): void {
  if (trust > by.trust)
    throw new CascadeError(
      'FORBIDDEN',
      `Nobody gives more trust than they have: expected at most ${by.trust}, got ${trust}.`,
    )
}

/** An administrator gives and takes every role, everybody else only what they have; `member` is for everyone. */
function checkRoles(by: Subject, roles: readonly SubjectRole[]): void {
  if (by.roles.includes('administrator')) return
  const beyond = roles.filter((role) => role !== 'member' && !by.roles.includes(role))
  if (beyond.length > 0)
    throw new CascadeError('FORBIDDEN', `Nobody gives or takes a role that they do not have: ${beyond.join(', ')}.`)
}

const without = <T>(all: readonly T[], others: readonly T[]): readonly T[] => all.filter((one) => !others.includes(one))
