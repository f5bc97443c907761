// The gate: what it decides by, and where its decisions go on record.
import { type Clock, messageOf, type Random, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { type AskContext, type ReadPolicy, sharedWith, TRUST_NEW } from '#capsules'
import type { Config, LiveConfig } from '#config'
import {
  AffectDeltas,
  type Approvals,
  BUILT_IN_BUNDLE,
  type CapsuleFacts,
  DecisionBook,
  type DecisionFacts,
  DecisionJournal,
  type GateSettings,
  GovernanceGate,
  Guardian,
  MemoryDrift,
  PolicyDesk,
  type RiskProvider,
  requireGrant,
  ShadowCheck,
} from '#governance'
import { SUBJECT_TRUST_NEW, type Subject, type Subjects } from '#identity'
import type { RootLogger } from '#observability'
import { type PolicyBundle, policiesOf } from '#policy'
import type { Grant } from '#store'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import type { FindFacts, NewFacts } from './edge/http/index.ts'
import { DriftWatch, type EvidenceDeskOptions, sweepOutcomes } from './edge/jobs/index.ts'

interface GateFrame {
  readonly live: LiveConfig
  readonly log: RootLogger
  readonly clock: Clock
  readonly newId: () => string
}

export const gatePart = (frame: GateFrame): BootChunk => ({
  name: 'gate',
  priority: 1.5,
  dependsOn: ['store'],
  describe: 'decides what may happen',
  start: (boot) => openGate(frame, boot),
})

/** Closing it puts on record what is not yet. */
function openGate({ live, log, clock, newId }: GateFrame, boot: BootContext): AsyncDisposable {
  const onTrouble = (message: string, cause: unknown) => log.error(message, { cause })
  const journal = new DecisionJournal({
    store: boot.get(key.STORE),
    ...{ clock, newId, random: systemRandom },
    keepDays: () => live.loaded.config.gate.decision_days,
    onTrouble,
  })
  boot.provide(key.JOURNAL, journal)
  const [drift, affect] = [new MemoryDrift(), new AffectDeltas(clock)]
  boot.provide(key.DRIFT, drift)
  boot.provide(key.AFFECT, affect)
  // Parts that measure something else come later, and are weighed from then on.
  const providers: RiskProvider[] = [drift.provider(clock), affect.provider()]
  boot.provide(key.RISK_PROVIDERS, providers)
  const guardian = new Guardian({ clock, weights: () => live.loaded.config.guardian.weights, providers })
  const settings = () => settingsOf(live.loaded.config)
  boot.provide(key.GATE, new GovernanceGate({ clock, newId, journal, guardian, settings, onTrouble }))
  return journal
}

/** What the policies need of the instance. */
type PolicyFrame = Pick<GateFrame, 'clock' | 'log' | 'newId'> & Pick<Frame, 'health'>

/** The policies that the gate decides by: those that were in force last. */
export const policyPart = ({ clock, newId, log, health }: PolicyFrame): BootChunk => ({
  name: 'policies',
  priority: 1.5,
  dependsOn: ['identity'],
  describe: 'arms the gate with the policies in force',
  start: async (boot) => {
    const [store, gate] = [boot.get(key.STORE), boot.get(key.GATE)]
    const policies = policyDesk(boot, clock)
    const grant = () => policyGrant(boot, newId)
    await policies.open({ grant })
    const book = new DecisionBook({ records: store.records, findBundle: (digest) => policies.find(digest) })
    boot.provide(key.GOVERNANCE, { gate, policies, book })
    const shadow = new ShadowCheck({
      ...{ store, gate, newId, fallback, grant, chance: () => chanceOf(systemRandom) },
      ask: async (work) => (await loadCedar()).askCedar(work),
      onTrouble: (message, cause) => log.error(message, { reason: messageOf(cause) }),
    })
    gate.shadowBy(shadow)
    health.register('policies', () => shadow.finding)
    return shadow
  },
})

/** The desk before it has looked which policies are in force. */
export const policyDesk = (boot: BootContext, clock: Clock): PolicyDesk =>
  new PolicyDesk({
    ...{ store: boot.get(key.STORE), gate: boot.get(key.GATE), founder: boot.get(key.ADMIN), clock },
    // Cedar's module is loaded where policies are read, and where one needs it.
    read: async (files) => (await loadCedar()).readPolicies(files),
    fallback,
  })

/** For what a start, and whoever may open the data folder, does with policies: no policy is asked. */
export function policyGrant(boot: BootContext, newId: () => string): Grant<'policy.apply'> {
  const subject = boot.get(key.ADMIN)
  const asked = { action: 'policy.apply', resource: 'governance/policies', subject, ownWork: true } as const
  return requireGrant(boot.get(key.GATE).decide({ ...asked, correlationId: newId() }))
}

/** What decisions were made from, for whoever is to make them again elsewhere. */
export function keptDecisions(boot: BootContext): EvidenceDeskOptions['decisions'] {
  const { book, policies } = boot.get(key.GOVERNANCE)
  return { find: (id) => book.find(id), policies: (digest) => policies.findFiles(digest) }
}

/** Finds what was begun before an end, and was left without an outcome. */
export const outcomePart = ({ log }: Pick<GateFrame, 'log'>): BootChunk => ({
  name: 'outcomes',
  priority: 3,
  dependsOn: ['emergency'],
  canFail: true,
  describe: 'finds what was begun before an end and has no outcome',
  start: (boot) => {
    const { outcomes } = boot.get(key.JOURNAL)
    const halt = () => boot.get(key.EMERGENCY).signal
    return sweepOutcomes({ outcomes, records: boot.get(key.STORE).records, by: boot.get(key.ADMIN).id, log, halt })
  },
})

/** Follows what is written, and measures how far it drifts. */
export const driftPart = ({ log, clock }: Pick<GateFrame, 'log' | 'clock'>): BootChunk => ({
  name: 'drift',
  priority: 3,
  dependsOn: ['capsules'],
  canFail: true,
  describe: 'measures how far what is written drifts',
  start: (boot) => {
    const halt = () => boot.get(key.EMERGENCY).signal
    return new DriftWatch({ store: boot.get(key.STORE), drift: boot.get(key.DRIFT), clock, log, halt })
  },
})

const fallback = async (bundle: PolicyBundle) =>
  new (await loadCedar()).CedarOracle(policiesOf(bundle), { fixed: bundle.actions })

/** A number from 0 to 1, 1 excluded. */
const chanceOf = (random: Random): number => new DataView(random(new Uint8Array(4)).buffer).getUint32(0) / 2 ** 32

const loadCedar = () => import('./adapters/policies/index.ts')

const settingsOf = ({ gate }: Config): GateSettings => ({
  mode: gate.mode,
  canaryPercent: gate.canary_percent,
  riskHold: gate.risk_hold,
  riskDeny: gate.risk_deny,
})

const CAPSULE = 'capsule/'

const APPROVAL = 'approval/'

const DECISION = 'decision/'

/** What was decided, and by whom one asks what may be read of it. */
type Decided = { readonly book: Pick<DecisionBook, 'find'>; readonly gate: Pick<GovernanceGate, 'preview'> }

/** What is known of a capsule, of a request that waits, or of a decision, for the gate. */
export const factsOf =
  (context: AskContext, approvals: Pick<Approvals, 'factsOf'>, decided?: Decided): FindFacts =>
  async (resource, subject) => {
    if (resource.startsWith(APPROVAL)) return approvals.factsOf(resource.slice(APPROVAL.length))
    if (resource.startsWith(DECISION))
      return decided && decisionFacts(context, decided, resource.slice(DECISION.length), subject)
    if (!resource.startsWith(CAPSULE)) return undefined
    return capsuleFactsOf(context, resource.slice(CAPSULE.length), subject)
  }

/** What would be known of a capsule that is to be created, where policies of the instance's own may look at it. */
export const newFactsOf = (
  { subjects }: Pick<AskContext, 'subjects'>,
  gate: Pick<GovernanceGate, 'bundle'>,
): NewFacts => ({
  isAsked: () => gate.bundle.digest !== BUILT_IN_BUNDLE.digest,
  async of({ owner, trust, type, tags, licence, identity, lane, fold }, author) {
    const owned = owner === undefined ? author : ((await subjects.resolve(owner)) ?? NOBODY_YET)
    return {
      owner: { id: owned.id, kind: owned.kind, trust: owned.trust, owner: owned.owner },
      trust: Math.min(trust ?? TRUST_NEW, author.trust),
      ...{ status: 'ACTIVE', licence: licence ?? 'private', type, tags: tags ?? [], shared: [] },
      ...{ identity: identity ?? null, lane: lane ?? null, fold: fold ?? null },
    }
  },
})

/** Both, for who asks the gate. */
export const findersOf = (
  context: AskContext,
  approvals: Pick<Approvals, 'factsOf'>,
  { book, gate }: { readonly book: DecisionBook; readonly gate: GovernanceGate },
) => ({ findFacts: factsOf(context, approvals, { book, gate }), newFacts: newFactsOf(context, gate) })

/** Whom a name that is new becomes. */
const NOBODY_YET = { id: '', kind: 'person', trust: SUBJECT_TRUST_NEW, owner: null } as const

/** A decision about a capsule is for whoever may read that capsule now, and what was not there nobody may. */
async function decisionFacts(
  context: AskContext,
  { book, gate }: Decided,
  id: string,
  subject: Subject,
): Promise<DecisionFacts | 'absent'> {
  const row = await book.find(id)
  if (row === undefined) return 'absent'
  const asker = row.input.subject && toOwner(row.input.subject.id, await context.subjects.find(row.input.subject.id))
  const { resource, absent } = row.input
  if (absent || !resource.startsWith(CAPSULE)) return { asker, readable: !absent }
  const facts = await capsuleFactsOf(context, resource.slice(CAPSULE.length), subject)
  const asked = { action: 'capsule.read', resource, subject, facts, correlationId: '' } as const
  return { asker, readable: facts !== 'absent' && gate.preview(asked).verdict.applied === 'allow' }
}

async function capsuleFactsOf(context: AskContext, id: string, subject: Subject): Promise<CapsuleFacts | 'absent'> {
  const [found] = await context.store.capsules.getFacts([id])
  if (found === undefined) return 'absent'
  const [owner, shared] = await Promise.all([context.subjects.find(found.owner), sharedWith(context, subject)])
  return toFacts(found, owner, shared(found))
}

const toOwner = (id: string, owner: Subject | undefined): CapsuleFacts['owner'] => ({
  id,
  kind: owner?.kind ?? 'person',
  trust: owner?.trust ?? 0,
  owner: owner?.owner ?? null,
})

type OwnFacts = Awaited<ReturnType<AskContext['store']['capsules']['getFacts']>>[number]

function toFacts(capsule: OwnFacts, owner: Subject | undefined, shared: readonly string[]): CapsuleFacts {
  const { effectiveTrust, status, licence, type, tags, identity, lane, fold } = capsule
  return {
    owner: toOwner(capsule.owner, owner),
    trust: effectiveTrust,
    ...{ status, licence, type, tags, identity, lane, fold, shared },
  }
}

/** Policies as reading goes by them. */
export function readPolicyOf(gate: GovernanceGate, subjects: Subjects): ReadPolicy {
  const owners = new Map<string, Subject | undefined>()
  return {
    narrows: (subject) => gate.narrowsReading(subject),
    async prepare(ids) {
      if (owners.size > OWNERS_KEPT_MAX) owners.clear()
      for (const id of ids) owners.set(id, await subjects.find(id))
    },
    mayRead(subject, capsule, shared) {
      const facts = toFacts(capsule, owners.get(capsule.owner), shared)
      const asked = { action: 'capsule.read', resource: `${CAPSULE}${capsule.id}`, subject, correlationId: '' } as const
      return gate.preview({ ...asked, facts }).verdict.applied === 'allow'
    },
  }
}

const OWNERS_KEPT_MAX = 10_000
