import type {
  ApprovalFacts,
  Broken,
  CapsuleFacts,
  DecisionFacts,
  DecisionInput,
  InputSignal,
  InputSubject,
} from '@forge-cascade/contract'
import type { EntityJson, PolicyRequest, UidJson, ValueJson } from '#policy'

export type { ApprovalFacts, Broken, CapsuleFacts, DecisionFacts, DecisionInput, InputSignal, InputSubject }

export type ResourceFacts = CapsuleFacts | ApprovalFacts | DecisionFacts

const SCOPE = ['identity', 'lane', 'fold'] as const

/**
 * What policies are asked for one decision: a change that makes a capsule another one to them is also asked of what it would be,
 * and one that brings it into another scope as its creation there.
 */
export function questionsOf(input: DecisionInput): readonly DecisionInput[] {
  const { after, ...before } = input
  const { facts } = input
  if (after === undefined || facts === null || !('lane' in facts)) return [input]
  const moves = SCOPE.some((name) => facts[name] !== after[name])
  const there = { ...before, facts: after }
  return [before, there, ...(moves ? [{ ...there, action: 'capsule.create' } as const] : [])]
}

const subjectUid = (id: string): UidJson => ({ type: 'Subject', id })
const entity = (id: string): ValueJson => ({ __entity: { type: 'Subject', id } })

/** The question in the words of the policies. @param approved as if somebody had approved it. */
export function toPolicyRequest(input: DecisionInput, subject: InputSubject, approved: boolean): PolicyRequest {
  const { facts } = input
  const uid = resourceUid(input)
  const entities: EntityJson[] = [
    {
      uid: subjectUid(subject.id),
      attrs: {
        kind: subject.kind,
        trust: subject.trust,
        ...(subject.owner !== null && { owner: entity(subject.owner) }),
      },
      parents: subject.roles.map((id) => ({ type: 'Role', id })),
    },
  ]
  if (facts !== null) {
    const owner = whoseIs(facts)
    entities.push({ uid, attrs: attributesOf(facts), parents: [] })
    if (owner !== null && owner.id !== subject.id) {
      const attrs = {
        kind: owner.kind,
        trust: owner.trust,
        ...(owner.owner !== null && { owner: entity(owner.owner) }),
      }
      entities.push({ uid: subjectUid(owner.id), attrs, parents: [] })
    }
  }
  return {
    principal: subjectUid(subject.id),
    action: { type: 'Action', id: input.action },
    resource: uid,
    context: { risk: input.risk, approved },
    entities,
  }
}

function resourceUid({ facts, resource }: DecisionInput): UidJson {
  if (facts === null) return { type: 'Thing', id: resource }
  const type = 'requester' in facts ? 'Approval' : 'asker' in facts ? 'Decision' : 'Capsule'
  return { type, id: resource.slice(resource.indexOf('/') + 1) }
}

/** The subject that the facts name. */
function whoseIs(facts: ResourceFacts): CapsuleFacts['owner'] | null {
  if ('requester' in facts) return facts.requester
  return 'asker' in facts ? facts.asker : facts.owner
}

function attributesOf(facts: ResourceFacts): Readonly<Record<string, ValueJson>> {
  if ('requester' in facts) return { requester: entity(facts.requester.id) }
  if (!('asker' in facts)) return capsuleAttributes(facts)
  const { asker, readable } = facts
  return { readable, ...(asker !== null && { asker: entity(asker.id) }) }
}

const capsuleAttributes = (facts: CapsuleFacts): Readonly<Record<string, ValueJson>> => {
  const { owner, trust, status, licence, type, tags, shared, identity, lane, fold } = facts
  return {
    owner: entity(owner.id),
    ...{ trust, status, licence, type, tags, shared },
    ...(identity !== null && { identity }),
    ...(lane !== null && { lane }),
    ...(fold !== null && { fold }),
  }
}
