import { SUBJECT_ROLES } from '@forge-cascade/contract'
import { ACTION_TRAITS, ACTIONS, type Action, type GateMode, TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import { canonicalJson, sha256Hex } from '#base'
import type { PolicyBundle } from '#policy'
import type { CapsuleFacts, DecisionInput, InputSubject, ResourceFacts } from '../decision-input.ts'
import type { TrustShift } from './analysed-change.ts'
import { type PolicyWords, wordsOf } from './policy-words.ts'

/** Requests of one analysis: about 30 µs each for both sides with the policies of the program. */
export const SAMPLE_REQUESTS_MAX = 6000
/** Words of one attribute, and ids of one type, that are asked about; the first of them. */
export const SAMPLE_WORDS_MAX = 8

/** One request that nobody made. */
export interface SampledRequest {
  /** Plain words: `a member, trust 60: capsule.erase of a private capsule of another`. */
  readonly says: string
  readonly role: string
  readonly input: DecisionInput
  /** What its action risks: 1, 2 or 4. */
  readonly weight: number
}

export interface Sample {
  readonly requests: readonly SampledRequest[]
  /** How many there were to choose from. */
  readonly of: number
  /** SHA-256 of the canonical JSON of all inputs. */
  readonly digest: string
}

interface Persona {
  readonly says: string
  readonly role: string
  readonly subject: InputSubject
}

interface Thing {
  readonly says: string
  readonly resource: string
  readonly facts: ResourceFacts | null
}

/** Of an action of each risk. */
const WEIGHTS = { low: 1, medium: 2, high: 4 } as const
const SETTINGS = { mode: 'enforce' satisfies GateMode as GateMode, canaryPercent: 0, riskHold: 85, riskDeny: 97 }
const RISK = 10

const id = (end: string): string => `00000000-0000-7000-8000-${end.padStart(12, '0')}`
const [SELF, OTHER, OWN_AGENT, THING] = [id('a'), id('b'), id('c'), id('d')]

/**
 * Requests by every role, to everything that can be done, about what policies make a difference of: whose it is, its licence, what
 * is shared, and the words that the policies themselves name. The same policies give the same requests. Where there are more than
 * are asked, every n-th is.
 */
export function sampleRequests(bundles: readonly PolicyBundle[], shift: TrustShift | null, digest: string): Sample {
  const words = wordsOf(bundles)
  const personas = shift === null ? personasOf(words) : shiftedPersonas(shift)
  const risks = first(words.numbers.get('context.risk')).concat(RISK)
  const cells = personas.flatMap((persona) => cellsOf(persona, words))
  const asked = spread(cells, [...new Set(risks)], digest)
  return { ...asked, digest: sha256Hex(canonicalJson(asked.requests.map(({ input }) => input))) }
}

/** What one persona does, and to what: a request for each of these at each risk. */
interface Cell {
  readonly persona: Persona
  readonly action: Action
  readonly things: readonly Thing[]
}

/** What is alike for several actions is made once. */
function cellsOf(persona: Persona, words: PolicyWords): readonly Cell[] {
  const made = new Map<string, readonly Thing[]>()
  // Object.keys widens the keys of the table to string; they are exactly the actions.
  return (Object.keys(ACTIONS) as Action[]).map((action) => {
    const kind = action === 'governance.read' ? action : (action.split('.', 1)[0] ?? '')
    const things = made.get(kind) ?? thingsOf(action, persona.subject, words)
    made.set(kind, things)
    return { persona, action, things }
  })
}

/** As many as are asked, in even steps; those between them are counted and never made. */
function spread(cells: readonly Cell[], risks: readonly number[], digest: string): Omit<Sample, 'digest'> {
  const of = cells.reduce((sum, { things }) => sum + things.length * risks.length, 0)
  const count = Math.min(of, SAMPLE_REQUESTS_MAX)
  const requests: SampledRequest[] = []
  let from = 0
  for (const { persona, action, things } of cells) {
    const end = from + things.length * risks.length
    for (let at = placeOf(requests.length, of, count); requests.length < count && at < end; ) {
      const [thing, risk] = [things[Math.floor((at - from) / risks.length)], risks[(at - from) % risks.length]]
      if (thing && risk !== undefined) requests.push(requestOf(persona, action, thing, { risk, digest }))
      at = placeOf(requests.length, of, count)
    }
    from = end
  }
  return { requests, of }
}

const placeOf = (n: number, of: number, count: number): number => Math.floor((n * of) / count)

const first = <T>(values: readonly T[] | undefined): readonly T[] => (values ?? []).slice(0, SAMPLE_WORDS_MAX)

interface Moment {
  readonly risk: number
  readonly digest: string
}

const requestOf = (persona: Persona, action: Action, thing: Thing, { risk, digest }: Moment): SampledRequest => ({
  says: `${persona.says}: ${action}${thing.says}${risk === RISK ? '' : `, at a risk of ${risk}`}`,
  role: persona.role,
  weight: WEIGHTS[ACTION_TRAITS[action].risk],
  input: {
    ...{ v: 1, action, resource: thing.resource, facts: thing.facts, absent: false, subject: persona.subject },
    ...{ scopes: null, rateExceeded: false, emergency: false, ...SETTINGS, risk, signals: [], approval: null },
    bundle: digest,
  },
})

const person = (more: Partial<InputSubject>): InputSubject => ({
  ...{ id: SELF, kind: 'person', roles: ['member'], trust: TRUST_LEVELS.STANDARD, owner: null, active: true },
  ...more,
})

function personasOf(words: PolicyWords): readonly Persona[] {
  const trusts = [TRUST_LEVELS.STANDARD, TRUST_LEVELS.TRUSTED, TRUST_LEVELS.CORE]
  const named = first(words.numbers.get('principal.trust')).filter((trust) => !trusts.some((one) => one === trust))
  const of = (role: string, trust: number): Persona => ({
    says: `${article(role)} ${role}, trust ${trust}`,
    role,
    subject: person({ roles: [role], trust }),
  })
  return [
    ...SUBJECT_ROLES.flatMap((role) => trusts.map((trust) => of(role, trust))),
    ...[TRUST_LEVELS.SANDBOX, TRUST_LEVELS.QUARANTINE, ...named].map((trust) => of('member', trust)),
    { says: 'somebody without a role', role: 'nobody', subject: person({ roles: [] }) },
    { says: 'a service', role: 'service', subject: person({ kind: 'service' }) },
    ...['member', 'steward'].map((role) => ({
      says: `an agent that is ${article(role)} ${role}`,
      role: `agent (${role})`,
      subject: person({ kind: 'agent', roles: [role], owner: OTHER }),
    })),
    ...first(words.ids.get('Subject')).map((named) => ({
      says: `the subject ${named}`,
      role: 'named by a policy',
      subject: person({ id: named }),
    })),
  ]
}

const article = (noun: string): string => (/^[aeiou]/.test(noun) ? 'an' : 'a')

function shiftedPersonas({ subject, agents, before, most }: TrustShift): readonly Persona[] {
  const own = {
    says: 'the subject itself',
    role: 'the subject',
    subject: person({ ...subject, trust: Math.min(before, most) }),
  }
  const [agent] = [...agents].toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (agent === undefined) return [own]
  const [its, trust] = agent
  const acting = person({ ...subject, id: its, kind: 'agent', owner: subject.id, trust: Math.min(trust, before) })
  return [own, { says: 'an agent of the subject', role: 'its agents', subject: acting }]
}

const SOMETHING: Thing = { says: '', resource: '*', facts: null }

function thingsOf(action: Action, subject: InputSubject, words: PolicyWords): readonly Thing[] {
  const named = first(words.ids.get('Thing')).map((name) => ({ says: ` of ${name}`, resource: name, facts: null }))
  return [SOMETHING, ...named, ...factsOf(action, subject, words)]
}

function factsOf(action: Action, self: InputSubject, words: PolicyWords): readonly Thing[] {
  if (action.startsWith('approval.')) return approvalsOf(self)
  if (action === 'governance.read') return decisionsOf(self)
  return action.startsWith('capsule.') ? capsulesOf(self, words) : []
}

const ownerOf = ({ id: own, kind, trust, owner }: InputSubject): CapsuleFacts['owner'] => ({
  id: own,
  kind,
  trust,
  owner,
})
const another: CapsuleFacts['owner'] = { id: OTHER, kind: 'person', trust: TRUST_LEVELS.TRUSTED, owner: null }
const agentOf = ({ id: owner }: InputSubject): CapsuleFacts['owner'] => ({
  ...{ id: OWN_AGENT, kind: 'agent', trust: TRUST_LEVELS.STANDARD, owner },
})

const approvalsOf = (self: InputSubject): readonly Thing[] =>
  [
    { says: ' of a request of its own', requester: ownerOf(self) },
    { says: ' of a request of another', requester: another },
    { says: ' of a request of an agent of its own', requester: agentOf(self) },
  ].map(({ says, requester }) => ({ says, resource: `approval/${THING}`, facts: { requester } }))

const decisionsOf = (self: InputSubject): readonly Thing[] =>
  [
    { says: ' of its own decision', facts: { asker: ownerOf(self), readable: true } },
    { says: ' of the decision of another', facts: { asker: another, readable: true } },
    { says: ' of a decision about what it may not read', facts: { asker: ownerOf(self), readable: false } },
  ].map((each) => ({ ...each, resource: `decision/${THING}` }))

const PLAIN = {
  ...{ trust: TRUST_LEVELS.STANDARD, status: 'ACTIVE', licence: 'private', type: 'knowledge', tags: [], shared: [] },
  ...{ identity: null, lane: null, fold: null },
} as const

function capsulesOf(self: InputSubject, words: PolicyWords): readonly Thing[] {
  const own: CapsuleFacts = { ...PLAIN, owner: ownerOf(self) }
  const other: CapsuleFacts = { ...PLAIN, owner: another }
  const capsule = (says: string, facts: CapsuleFacts, name = THING): Thing => ({
    says: ` of ${says}`,
    resource: `capsule/${name}`,
    facts,
  })
  return [
    capsule('a capsule of its own', own),
    capsule('a private capsule of another', other),
    capsule('a capsule of an agent of its own', { ...PLAIN, owner: agentOf(self) }),
    capsule('a public capsule of another', { ...other, licence: 'public' }),
    capsule('a capsule of another that is for sale', { ...other, licence: 'for-sale' }),
    ...['read', 'write', 'fork'].map((word) =>
      capsule(`a capsule of another that is shared to ${word}`, { ...other, shared: [word] }),
    ),
    ...first(words.ids.get('Capsule')).map((name) => capsule(`the capsule ${name}`, other, name)),
    ...namedFacts(words).flatMap(([says, facts]) => [
      capsule(`a capsule of its own with ${says}`, { ...own, ...facts }),
      capsule(`a capsule of another with ${says}`, { ...other, ...facts }),
    ]),
  ]
}

const TEXTS = ['type', 'status', 'identity', 'lane', 'fold'] as const

function namedFacts({ texts, numbers }: PolicyWords): readonly (readonly [string, Partial<CapsuleFacts>])[] {
  return [
    ...TEXTS.flatMap((name) =>
      first(texts.get(`resource.${name}`)).map((word) => [`${name} ${word}`, { [name]: word }] as const),
    ),
    ...first(texts.get('resource.tags')).map((tag) => [`the tag ${tag}`, { tags: [tag] }] as const),
    ...first(numbers.get('resource.trust')).map((trust) => [`a trust of ${trust}`, { trust }] as const),
  ]
}
