// The gate: what it decides by, and where its decisions go on record.
import { type Clock, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { type AskContext, type ReadPolicy, sharedWith } from '#capsules'
import type { Config, LiveConfig } from '#config'
import {
  type Approvals,
  type CapsuleFacts,
  DecisionBook,
  type DecisionFacts,
  DecisionJournal,
  type GateSettings,
  GovernanceGate,
  Guardian,
  PolicyDesk,
  requireGrant,
} from '#governance'
import type { Subject, Subjects } from '#identity'
import type { RootLogger } from '#observability'
import { policiesOf } from '#policy'
import * as key from './compose-keys.ts'
import type { FindFacts } from './edge/http/index.ts'

interface GateFrame {
  readonly live: LiveConfig
  readonly log: RootLogger
  readonly clock: Clock
  readonly newId: () => string
}

/** Opens the gate. Closing it puts on record what is not yet. */
export function openGate({ live, log, clock, newId }: GateFrame, boot: BootContext): AsyncDisposable {
  const journal = new DecisionJournal({
    store: boot.get(key.STORE),
    ...{ clock, newId, random: systemRandom },
    keepDays: () => live.loaded.config.gate.decision_days,
    onTrouble: (message, cause) => log.error(message, { cause }),
  })
  boot.provide(key.JOURNAL, journal)
  const guardian = new Guardian({ clock, weights: () => live.loaded.config.guardian.weights })
  const settings = () => settingsOf(live.loaded.config)
  boot.provide(key.GATE, new GovernanceGate({ clock, newId, journal, guardian, settings }))
  return journal
}

/** The policies that the gate decides by: those that were in force last. */
export const policyPart = ({ clock, newId }: Pick<GateFrame, 'clock' | 'newId'>): BootChunk => ({
  name: 'policies',
  priority: 1.5,
  dependsOn: ['identity'],
  describe: 'arms the gate with the policies in force',
  start: async (boot) => {
    const [store, gate, subject] = [boot.get(key.STORE), boot.get(key.GATE), boot.get(key.ADMIN)]
    const policies = new PolicyDesk({
      ...{ store, gate, clock },
      // Cedar's module is loaded where policies are read, and where one needs it.
      read: async (files) => (await loadCedar()).readPolicies(files),
      fallback: async (bundle) => new (await loadCedar()).CedarOracle(policiesOf(bundle), { fixed: bundle.actions }),
    })
    const asked = { action: 'policy.apply', resource: 'governance/policies', subject } as const
    await policies.open({ grant: () => requireGrant(gate.decide({ ...asked, correlationId: newId() })) })
    const book = new DecisionBook({ records: store.records, findBundle: (digest) => policies.find(digest) })
    boot.provide(key.GOVERNANCE, { gate, policies, book })
    return undefined
  },
})

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
