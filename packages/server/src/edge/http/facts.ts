import type { CapsuleCreate, CapsuleUpdate, RouteDefinition } from '@forge-cascade/contract'
import type { Call, DecideNew } from '#capsules'
import type { CapsuleFacts, ResourceFacts, Verdict } from '#governance'
import type { Subject } from '#identity'

/** What is known of a resource, for whoever asks; undefined where no facts are kept of its kind. */
export type FindFacts = (resource: string, subject: Subject) => Promise<ResourceFacts | 'absent' | undefined>

/** What would be known of a capsule that is to be created. */
export interface NewFacts {
  /** False while those policies are in force that come with the program: they say of no capsule that it may not be created. */
  isAsked(): boolean
  of(capsule: Parameters<DecideNew>[0], subject: Subject): Promise<CapsuleFacts>
}

export const CAPSULE = 'capsule/'

/** The operation whose body is the capsule, and the one whose body says what changes. */
const CREATE = 'createCapsule'
const UPDATE = 'updateCapsule'

const looksAtNew = ({ id }: RouteDefinition, facts: NewFacts | undefined): boolean =>
  id === CREATE && facts?.isAsked() === true

/** Whether policies are asked about something that the body alone says. */
export const looksAtBody = ({ id }: RouteDefinition, facts: NewFacts | undefined): boolean =>
  (id === CREATE || id === UPDATE) && facts?.isAsked() === true

/** Members of a change that policies know of. */
export type KnownChange = Pick<CapsuleUpdate, 'type' | 'tags' | 'licence' | 'identity' | 'lane' | 'fold'>

/**
 * What is known of a capsule after a change: what this leaves out stays, null clears. Undefined where policies would see no
 * difference.
 */
export function factsAfter(before: CapsuleFacts, change: KnownChange): CapsuleFacts | undefined {
  const { type, tags, licence, identity, lane, fold } = change
  const kept = <T>(given: T | undefined, was: T): T => (given === undefined ? was : given)
  const after: CapsuleFacts = {
    ...before,
    ...{ type: type ?? before.type, licence: licence ?? before.licence },
    tags: tags === undefined ? before.tags : [...new Set(tags ?? [])],
    ...{ identity: kept(identity, before.identity), lane: kept(lane, before.lane), fold: kept(fold, before.fold) },
  }
  const isSame = ['type', 'licence', 'identity', 'lane', 'fold'].every(
    (name) => before[name as keyof CapsuleFacts] === after[name as keyof CapsuleFacts], // members of both
  )
  const areTagsSame = after.tags.length === before.tags.length && after.tags.every((tag) => before.tags.includes(tag))
  return isSame && areTagsSame ? undefined : after
}

/** @param body as the schema of the route has parsed it; undefined for none. */
export function findAfter(
  route: RouteDefinition,
  asked: NewFacts | undefined,
  body: unknown,
  facts: ResourceFacts | 'absent' | undefined,
): CapsuleFacts | undefined {
  if (route.id !== UPDATE || body === undefined || asked?.isAsked() !== true) return undefined
  if (facts === undefined || facts === 'absent' || !('lane' in facts)) return undefined
  // The schema of this very route has parsed it.
  return factsAfter(facts, body as CapsuleUpdate)
}

/** @param body as the schema of the route has parsed it; undefined for none. */
export async function findNewFacts(
  route: RouteDefinition,
  facts: NewFacts | undefined,
  body: unknown,
  subject: Subject,
): Promise<CapsuleFacts | undefined> {
  if (body === undefined || !looksAtNew(route, facts)) return undefined
  // The schema of this very route has parsed it.
  return facts?.of(body as CapsuleCreate, subject)
}

/** Steps that ask nothing of a resource. */
const BEFORE: ReadonlySet<string> = new Set(['emergency', 'identity', 'rate'])

export const isStoppedBefore = ({ steps }: Verdict): boolean =>
  steps.some(({ step, result }) => BEFORE.has(step) && result !== 'passed')

/** The id that a capsule was decided on by, before it is there. */
export function newCapsuleOf(
  { id }: Pick<RouteDefinition, 'id'>,
  { resource }: Call['grant'],
): Pick<Call, 'newCapsule'> {
  return id === CREATE && resource.startsWith(CAPSULE) ? { newCapsule: resource.slice(CAPSULE.length) } : {}
}
