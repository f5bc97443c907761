import type { CapsuleCreate, RouteDefinition } from '@forge-cascade/contract'
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

/** The operation whose body is the capsule. */
const CREATE = 'createCapsule'

export const looksAtNew = ({ id }: RouteDefinition, facts: NewFacts | undefined): boolean =>
  id === CREATE && facts?.isAsked() === true

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
