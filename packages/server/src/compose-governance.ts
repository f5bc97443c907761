// The gate: what it decides by, and where its decisions go on record.
import { type Clock, systemRandom } from '#base'
import type { BootContext } from '#boot'
import type { Config, LiveConfig } from '#config'
import { type Approvals, type CapsuleFacts, DecisionJournal, type GateSettings, GovernanceGate } from '#governance'
import type { Subjects } from '#identity'
import type { RootLogger } from '#observability'
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
  boot.provide(key.GATE, new GovernanceGate({ clock, newId, journal, settings: () => settingsOf(live.loaded.config) }))
  return journal
}

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
  (
    { store, subjects }: { readonly store: Store; readonly subjects: Subjects },
    approvals: Pick<Approvals, 'factsOf'>,
  ): FindFacts =>
  async (resource) => {
    if (resource.startsWith(APPROVAL)) return approvals.factsOf(resource.slice(APPROVAL.length))
    if (!resource.startsWith(CAPSULE)) return undefined
    const [found] = await store.capsules.getHeads([resource.slice(CAPSULE.length)])
    if (found === undefined) return 'absent'
    const { effectiveTrust, status, licence, type, tags, identity, lane, fold } = found
    const owner = await subjects.find(found.owner)
    const facts: CapsuleFacts = {
      owner: { id: found.owner, kind: owner?.kind ?? 'person', trust: owner?.trust ?? 0, owner: null },
      trust: effectiveTrust,
      ...{ status, licence, type, tags, identity, lane, fold },
      shared: [],
    }
    return facts
  }
