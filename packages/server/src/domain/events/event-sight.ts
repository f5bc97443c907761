import type { Action } from '@forge-cascade/contract'
import { isUuid } from '#base'
import { type CapsuleContext, seenBy } from '#capsules'
import type { Gate } from '#governance'
import type { Credential } from '#identity'
import type { CascadeEvent } from '#store'
import { isPublished } from './published-event.ts'

export type EventReader = Pick<Credential, 'subject' | 'scopes'>

interface SightParts {
  readonly context: CapsuleContext
  readonly gate: Pick<Gate, 'preview'>
  readonly newId: () => string
}

/** What a reader has to be allowed beside reading events, by the family of the event. What is named nowhere takes everything. */
const FAMILIES: Readonly<Record<string, Action>> = {
  capsule: 'capsule.read',
  approval: 'governance.read',
  decision: 'governance.read',
  policy: 'governance.read',
  proposal: 'proposal.read',
  configuration: 'governance.read',
  constitution: 'governance.read',
  routing: 'routing.read',
  emergency: 'emergency.read',
  subject: 'subject.read',
  token: 'token.read',
  import: 'import.read',
  embedding: 'system.read',
  system: 'system.read',
  mesh: 'system.read',
  ledger: 'ledger.read',
  witness: 'ledger.read',
  evidence: 'ledger.read',
  artifact: 'artifact.read',
}

const CAPSULE = 'capsule/'
/** Of both ends: one that may not be read is not told of. */
const OF_TWO: ReadonlySet<string> = new Set(['cascade.capsule.linked', 'cascade.capsule.unlinked'])

/**
 * The events that a reader may be told, without what they name that it may not read. About a capsule, as much as may be read of
 * it now; whoever acted is told of what they did to anything else.
 */
export async function seenEvents(
  parts: SightParts,
  reader: EventReader,
  events: readonly CascadeEvent[],
): Promise<readonly CascadeEvent[]> {
  const may = permissions(parts, reader)
  const seen = await seenBy(parts.context, reader.subject)
  const isWhole = seen.rights === undefined
  const allowed = events.filter((event) => isAllowed(event, reader, { may, isWhole }))
  if (isWhole) return allowed
  const named = [...new Set(allowed.flatMap(idsIn))]
  if (named.length === 0) return allowed
  const [there, readable] = await Promise.all([
    parts.context.store.capsules.getFacts(named),
    seen.store.capsules.getFacts(named),
  ])
  const open = new Set(readable.map(({ id }) => id))
  const hidden = new Set(there.map(({ id }) => id).filter((id) => !open.has(id)))
  return allowed.flatMap((event) => shown(event, open, hidden))
}

interface Allowance {
  readonly may: (action: Action) => boolean
  readonly isWhole: boolean
}

function isAllowed(event: CascadeEvent, { subject }: EventReader, { may, isWhole }: Allowance): boolean {
  if (isPublished(event)) return event.subject.startsWith(CAPSULE) ? may('capsule.read') : true
  const family = event.type.split('.')[1] ?? ''
  const action = FAMILIES[family]
  if (family === 'capsule') return may('capsule.read') && (isWhole || isUuid(event.subject.slice(CAPSULE.length)))
  if (event.actor === subject.id) return true
  if (mayTellOfDraft(event)) return isWhole
  return action === undefined ? isWhole : may(action)
}

/** What may be about a draft, which is its proposer's alone. */
const mayTellOfDraft = ({ type, data }: CascadeEvent): boolean =>
  type === 'cascade.proposal.created' ||
  type === 'cascade.proposal.advised' ||
  (type === 'cascade.proposal.closed' && data.outcome === 'withdrawn')

/** Asked once of each action: the answer holds for one batch. */
function permissions({ gate, newId }: SightParts, { subject, scopes }: EventReader): (action: Action) => boolean {
  const known = new Map<Action, boolean>()
  return (action) => {
    const asked = { action, resource: '*', subject, scopes, correlationId: newId() }
    const answer = known.get(action) ?? gate.preview(asked).verdict.applied === 'allow'
    known.set(action, answer)
    return answer
  }
}

function shown(event: CascadeEvent, open: ReadonlySet<string>, hidden: ReadonlySet<string>): readonly CascadeEvent[] {
  // One of which nothing is known any more is nobody's.
  if (event.subject.startsWith(CAPSULE) && !open.has(event.subject.slice(CAPSULE.length))) return []
  if (hidden.size === 0) return [event]
  const data = without(event.data, hidden)
  if (OF_TWO.has(event.type) && data !== event.data) return []
  return [{ ...event, data: data as CascadeEvent['data'] }] // of an object comes an object
}

/** Every id in it that may be a capsule's. */
const idsIn = ({ subject, data }: CascadeEvent): readonly string[] => [
  ...(subject.startsWith(CAPSULE) ? [subject.slice(CAPSULE.length)].filter(isUuid) : []),
  ...uuidsIn(data),
]

function uuidsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isUuid(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(uuidsIn)
}

/** The same value where it names nothing hidden; otherwise without the members and items that do. */
function without(value: unknown, hidden: ReadonlySet<string>): unknown {
  if (typeof value !== 'object' || value === null || !uuidsIn(value).some((id) => hidden.has(id))) return value
  const isHidden = (item: unknown): boolean =>
    typeof item === 'string' ? hidden.has(item) : Array.isArray(value) && uuidsIn(item).some((id) => hidden.has(id))
  if (Array.isArray(value)) return value.filter((item) => !isHidden(item))
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !isHidden(item))
      .map(([name, item]) => [name, without(item, hidden)]),
  )
}
