import type { CascadeEvent } from '#store'
import type { MeshRoute } from './mesh-config.ts'
import type { DeadCause } from './mesh-rows.ts'

/** What validators say: hand it on, never hand it on, or not now. */
export type Judgement =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly cause: Exclude<DeadCause, 'delivery'>; readonly reason: string }
  | { readonly kind: 'wait'; readonly reason: string }

export const PASS: Judgement = { kind: 'pass' }

/** Looks at an event before a route hands it to anybody outside. One that throws has it wait. */
export type EventValidator = (event: CascadeEvent, route: MeshRoute) => Promise<Judgement> | Judgement

/** Asks one after the other, cheap to dear; the first that does not pass says what becomes of the event. */
export async function judge(
  validators: readonly EventValidator[],
  event: CascadeEvent,
  route: MeshRoute,
): Promise<Judgement> {
  for (const validate of validators) {
    const found = await validate(event, route)
    if (found.kind !== 'pass') return found
  }
  return PASS
}

const SUBJECT = /^[a-z][a-z0-9._-]*\/.+$/

/** An event that is none: CloudEvents 1.0 with our extensions. @see docs/concepts/event.md */
export const validateEnvelope: EventValidator = (event) => {
  const wrong = ENVELOPE.find(({ holds }) => !holds(event))
  return wrong ? { kind: 'refuse', cause: 'schema', reason: wrong.message } : PASS
}

const ENVELOPE: readonly { readonly holds: (event: CascadeEvent) => boolean; readonly message: string }[] = [
  { holds: ({ specversion }) => specversion === '1.0', message: 'expected CloudEvents 1.0' },
  {
    holds: ({ id, source, type }) => id !== '' && source !== '' && type !== '',
    message: 'expected an id, a source and a type',
  },
  { holds: ({ subject }) => SUBJECT.test(subject), message: 'expected a subject such as capsule/<id>' },
  { holds: ({ actor }) => actor !== '', message: 'expected an actor' },
  { holds: ({ correlationid }) => correlationid !== '', message: 'expected a correlation id' },
  { holds: ({ time }) => !Number.isNaN(Date.parse(time)), message: 'expected a time' },
  { holds: ({ data }) => typeof data === 'object' && data !== null, message: 'expected data' },
]

/** The trust of whoever caused an event, by subject id; undefined where nobody knows them. */
export type TrustOf = (actor: string) => Promise<number | undefined>

/** Trust of a source that nobody knows. Source: chapter 03, trust. */
export const UNKNOWN_SOURCE_TRUST = 40

/** Has each route hear only sources that are trusted as it asks; one in quarantine (0) reaches none. */
export const validateTrust =
  (trustOf: TrustOf): EventValidator =>
  async ({ actor }, { minTrust }) => {
    const trust = (await trustOf(actor)) ?? UNKNOWN_SOURCE_TRUST
    if (trust >= minTrust) return PASS
    const words = trust === 0 ? 'the source is in quarantine' : `the source is trusted with ${trust}`
    return { kind: 'refuse', cause: 'trust', reason: `${words}, and the route asks for ${minTrust}` }
  }
