// The gate: what it decides by, and where its decisions go on record.
import { type Clock, messageOf, type Random, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { type AskContext, type ReadPolicy, sharedWith } from '#capsules'
import type { Config, LiveConfig } from '#config'
import {
  type Approvals,
  type CapsuleFacts,
  DecisionBook,
  DecisionJournal,
  type GateSettings,
  GovernanceGate,
  Guardian,
  PolicyDesk,
  requireGrant,
  ShadowCheck,
} from '#governance'
import type { Subject, Subjects } from '#identity'
import type { RootLogger } from '#observability'
import { type PolicyBundle, policiesOf } from '#policy'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import type { FindFacts } from './edge/http/index.ts'
import { OutcomeSweep } from './edge/jobs/index.ts'

interface GateFrame {
  readonly live: LiveConfig
  readonly log: RootLogger
  readonly clock: Clock
  readonly newId: () => string
}

/** Opens the gate. Closing it puts on record what is not yet. */
export function openGate({ live, log, clock, newId }: GateFrame, boot: BootContext): AsyncDisposable {
  const onTrouble = (message: string, cause: unknown) => log.error(message, { cause })
  const journal = new DecisionJournal({
    store: boot.get(key.STORE),
    ...{ clock, newId, random: systemRandom },
    keepDays: () => live.loaded.config.gate.decision_days,
    onTrouble,
  })
  boot.provide(key.JOURNAL, journal)
  const guardian = new Guardian({ clock, weights: () => live.loaded.config.guardian.weights })
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
    const [store, gate, subject] = [boot.get(key.STORE), boot.get(key.GATE), boot.get(key.ADMIN)]
    const policies = new PolicyDesk({
      ...{ store, gate, clock },
      // Cedar's module is loaded where policies are read, and where one needs it.
      read: async (files) => (await loadCedar()).readPolicies(files),
      fallback,
    })
    const asked = { action: 'policy.apply', resource: 'governance/policies', subject } as const
    const grant = () => requireGrant(gate.decide({ ...asked, correlationId: newId() }))
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
    return new OutcomeSweep({ outcomes, records: boot.get(key.STORE).records, by: boot.get(key.ADMIN).id, log, halt })
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

/** What is known of a capsule, or of a request that waits, for the gate. */
export const factsOf =
  (context: AskContext, approvals: Pick<Approvals, 'factsOf'>): FindFacts =>
  async (resource, subject) => {
    if (resource.startsWith(APPROVAL)) return approvals.factsOf(resource.slice(APPROVAL.length))
    if (!resource.startsWith(CAPSULE)) return undefined
    const [found] = await context.store.capsules.getFacts([resource.slice(CAPSULE.length)])
    if (found === undefined) return 'absent'
    const [owner, shared] = await Promise.all([context.subjects.find(found.owner), sharedWith(context, subject)])
    return toFacts(found, owner, shared(found))
  }

type OwnFacts = Awaited<ReturnType<AskContext['store']['capsules']['getFacts']>>[number]

function toFacts(capsule: OwnFacts, owner: Subject | undefined, shared: readonly string[]): CapsuleFacts {
  const { effectiveTrust, status, licence, type, tags, identity, lane, fold } = capsule
  return {
    owner: {
      id: capsule.owner,
      kind: owner?.kind ?? 'person',
      trust: owner?.trust ?? 0,
      owner: owner?.owner ?? null,
    },
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
