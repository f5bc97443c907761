import { createUuidV7, systemRandom } from '#base'
import {
  Approvals,
  DECISION_COLLECTION,
  DecisionBook,
  DecisionJournal,
  EMERGENCY_COLLECTION,
  GATE_DEFAULTS,
  type GateSettings,
  GovernanceGate,
  type GovernanceGateOptions,
  OUTCOME_COLLECTION,
  POLICY_COLLECTION,
  PolicyDesk,
  ROUTING_COLLECTION,
} from '#governance'
import type { AccessTokens, Subject } from '#identity'
import { policiesOf } from '#policy'
import { CedarOracle, readPolicies } from '../../../adapters/policies/index.ts'
import type { World } from '../../../domain/capsules/use-cases/testing.ts'
import { ApprovalDesk } from '../../jobs/index.ts'
import type { FindFacts } from '../facts.ts'
import type { GovernanceDesk } from '../handlers/handler-context.ts'

/** The gate of a world with what it writes down, and what waits there for an approval. */
export interface Governed {
  readonly gate: GovernanceGate
  readonly journal: DecisionJournal
  readonly policies: PolicyDesk
  readonly governance: GovernanceDesk
  readonly approvals: Approvals
  readonly desk: ApprovalDesk
  readonly findFacts: FindFacts
  /** Counts from the next decision on. */
  settings: GateSettings
  /** Who there is beside those of the registry; a test takes them away. */
  readonly people: Map<string, Subject>
}

/** What governance keeps beside what a world has. */
export const GOVERNED_COLLECTIONS = [
  EMERGENCY_COLLECTION,
  DECISION_COLLECTION,
  OUTCOME_COLLECTION,
  POLICY_COLLECTION,
  ROUTING_COLLECTION,
]

/**
 * As an instance puts it together.
 *
 * @param others who comes beside the administrator and those of the registry; without them nothing is on record.
 */
export function openGoverned(
  { context, administrator, time }: World,
  others: readonly Subject[] | undefined,
  recordedBy: Partial<GovernanceGateOptions> | undefined,
  tokens: AccessTokens,
): Governed {
  const { store, subjects } = context
  const parts = { store, clock: time.clock, newId: createUuidV7(time.clock, systemRandom), random: systemRandom }
  const people = new Map([administrator, ...(others ?? [])].map((subject) => [subject.id, subject]))
  const journal = new DecisionJournal({ ...parts, keepDays: () => 400, onTrouble: () => undefined })
  journal.writeAs(administrator.id)
  // Other tests count leaves.
  const recorded = (others ?? recordedBy) && { journal }
  const gate: GovernanceGate = new GovernanceGate({
    ...parts,
    ...recorded,
    settings: () => governed.settings,
    ...recordedBy,
  })
  const findSubject = async (id: string) => people.get(id) ?? subjects.find(id)
  const findWhoMayEnter = async (id: string) => {
    const subject = people.get(id)
    if (subject === undefined) return subjects.findWhoMayEnter(id)
    const owner = subject.owner === null ? subject : await findSubject(subject.owner)
    return subject.active && owner?.active ? subject : undefined
  }
  const approvals = new Approvals({
    ...{ findWhoMayEnter, isTokenActive: (id) => tokens.isActive(id) },
    ...{ ...parts, hours: () => 24, keepDays: () => 400, bundle: () => gate.bundle.digest, findSubject },
    findCapsule: async (resource) => {
      const [head] = await store.capsules.getHeads([resource.slice('capsule/'.length)])
      return head ? { version: head.version, revision: head.revision } : null
    },
  })
  const findFacts: FindFacts = async (resource) => {
    const id = resource.slice(resource.indexOf('/') + 1)
    if (resource.startsWith('approval/')) return approvals.factsOf(id)
    if (!resource.startsWith('capsule/')) return undefined
    const [head] = await store.capsules.getHeads([id])
    if (head === undefined) return 'absent'
    const { effectiveTrust, status, licence, type, tags, identity, lane, fold } = head
    const owner = await findSubject(head.owner)
    return {
      owner: { id: head.owner, kind: owner?.kind ?? 'person', trust: owner?.trust ?? 0, owner: owner?.owner ?? null },
      ...{ trust: effectiveTrust, status, licence, type, tags, identity, lane, fold, shared: [] },
    }
  }
  const desk = new ApprovalDesk({ approvals, gate, findSubject })
  const policies = new PolicyDesk({
    ...{ store, gate, founder: administrator, clock: time.clock, read: readPolicies },
    fallback: async (bundle) => new CedarOracle(policiesOf(bundle), { fixed: bundle.actions }),
  })
  const book = new DecisionBook({ records: store.records, findBundle: (digest) => policies.find(digest) })
  const governed: Governed = {
    gate,
    journal,
    policies,
    governance: { gate, policies, book },
    approvals,
    desk,
    findFacts,
    people,
    settings: GATE_DEFAULTS,
  }
  return governed
}
