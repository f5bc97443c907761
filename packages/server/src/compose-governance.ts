// The gate: what it decides by, and where its decisions go on record.
import { type Clock, systemRandom } from '#base'
import type { BootChunk, BootContext } from '#boot'
import type { Config, LiveConfig } from '#config'
import {
  type CapsuleFacts,
  DecisionBook,
  DecisionJournal,
  type GateSettings,
  GovernanceGate,
  Guardian,
  PolicyDesk,
  requireGrant,
} from '#governance'
import type { Subjects } from '#identity'
import type { RootLogger } from '#observability'
import { policiesOf } from '#policy'
import * as key from './compose-keys.ts'
import type { Store } from './domain/store.ts'
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

/** What is known of a capsule, for the gate. */
export const factsOf =
  ({ store, subjects }: { readonly store: Store; readonly subjects: Subjects }): FindFacts =>
  async (resource) => {
    if (!resource.startsWith(CAPSULE)) return undefined
    const [found] = await store.capsules.getHeads([resource.slice(CAPSULE.length)])
    if (found === undefined) return 'absent'
    const { effectiveTrust, status, licence, type, tags, identity, lane, fold } = found
    const owner = await subjects.find(found.owner)
    const facts: CapsuleFacts = {
      owner: {
        id: found.owner,
        kind: owner?.kind ?? 'person',
        trust: owner?.trust ?? 0,
        owner: owner?.owner ?? null,
      },
      trust: effectiveTrust,
      ...{ status, licence, type, tags, identity, lane, fold },
      shared: [],
    }
    return facts
  }
