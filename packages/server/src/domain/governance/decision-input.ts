import type { Action, GateMode, GateStep } from '@forge-cascade/contract/vocabulary'
import type { EntityJson, PolicyRequest, UidJson, ValueJson } from '#policy'

/** What is known of a capsule when something is to be done with it. */
export interface CapsuleFacts {
  readonly owner: { readonly id: string; readonly kind: string; readonly trust: number; readonly owner: string | null }
  /** Effective. */
  readonly trust: number
  readonly status: string
  readonly licence: string
  readonly type: string
  readonly tags: readonly string[]
  /** What is shared with whoever asks. */
  readonly shared: readonly string[]
  readonly identity: string | null
  readonly lane: string | null
  readonly fold: string | null
}

/** What is known of a request that waits for an approval, when it is read or decided on. */
export interface ApprovalFacts {
  readonly requester: CapsuleFacts['owner']
}

/** What is known of a decision that was made, when it is read. */
export interface DecisionFacts {
  /** Who had asked; null for nobody in particular. */
  readonly asker: CapsuleFacts['owner'] | null
  /** Whether whoever reads it may read what it was about. */
  readonly readable: boolean
}

export type ResourceFacts = CapsuleFacts | ApprovalFacts | DecisionFacts

/** Who asks, as it was at that moment. */
export interface InputSubject {
  readonly id: string
  readonly kind: string
  readonly roles: readonly string[]
  readonly trust: number
  /** The person behind an agent. */
  readonly owner: string | null
  readonly active: boolean
}

/** One signal of the guardian, and what of the score is its share. */
export interface InputSignal {
  readonly name: string
  readonly share: number
}

/** What broke before anything was decided, and the step that needed it. Whoever asks is told of the part, never of its error. */
export interface Broken {
  readonly step: GateStep
  readonly part:
    | 'the credential'
    | 'the guardian'
    | 'the kill switch'
    | 'the settings'
    | 'what is known of the resource'
}

/**
 * Everything that a decision is made from, as plain JSON: the same input gives the same verdict, now and years later. Times and
 * ids of the decision itself are no part of it, so that equal questions have equal inputs.
 */
export interface DecisionInput {
  readonly v: 1
  readonly action: Action
  /** `capsule/<id>`, `import/<id>`, or `*`. */
  readonly resource: string
  /** Null where nothing is known of the resource. */
  readonly facts: ResourceFacts | null
  /** What would be known of the capsule after the change; left out where policies would see no difference. */
  readonly after?: CapsuleFacts
  /** True for a capsule, or an approval, that there is not. */
  readonly absent: boolean
  /** Left out where there was a valid body, or none is needed to decide. */
  readonly noBody?: true
  /** Null for nobody in particular. */
  readonly subject: InputSubject | null
  /** Actions that the credential is good for; null: all that its subject may. */
  readonly scopes: readonly string[] | null
  readonly rateExceeded: boolean
  /** Left out where nothing broke. */
  readonly broken?: Broken
  readonly emergency: boolean
  readonly mode: GateMode
  /** Share of subjects, 0-100, for whom `enforce` counts whatever the mode. */
  readonly canaryPercent: number
  readonly risk: number
  readonly signals: readonly InputSignal[]
  /** Scores from which an approval is needed, and from which nothing helps. */
  readonly riskHold: number
  readonly riskDeny: number
  /** Id of the approval of exactly this, where there is one. */
  readonly approval: string | null
  /** Left out for what somebody asks for. */
  readonly ownWork?: true
  /** Digest of the policies. */
  readonly bundle: string
}

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
