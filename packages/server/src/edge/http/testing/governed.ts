import { createUuidV7, systemRandom } from '#base'
import { LiveConfig, loadConfig } from '#config'
import {
  type Adviser,
  Approvals,
  CouncilSessions,
  DECISION_COLLECTION,
  DecisionBook,
  DecisionJournal,
  Delegations,
  EMERGENCY_COLLECTION,
  GATE_DEFAULTS,
  type GateSettings,
  GovernanceGate,
  type GovernanceGateOptions,
  type KindRules,
  OUTCOME_COLLECTION,
  openProposals,
  POLICY_COLLECTION,
  PolicyDesk,
  PolicyDifferences,
  PROPOSAL_COLLECTIONS,
  ProposalAnalyst,
  ProposalBook,
  type ProposalCourse,
  ROUTING_COLLECTION,
  VotedSettings,
} from '#governance'
import type { AccessTokens, Subject } from '#identity'
import { policiesOf } from '#policy'
import { CedarOracle, readPolicies } from '../../../adapters/policies/index.ts'
import type { World } from '../../../domain/capsules/use-cases/testing.ts'
import { AnalysisDesk, ApprovalDesk, CouncilDesk, ProposalDesk } from '../../jobs/index.ts'
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
  readonly proposals: ProposalDesk
  readonly course: ProposalCourse
  readonly analysis: AnalysisDesk
  readonly council: CouncilDesk
  readonly sessions: CouncilSessions
  /** Who comments on proposals here; a test changes it. */
  advisers: readonly Adviser[]
  readonly voting: Voting
  /** What people vote about. */
  readonly live: LiveConfig
  readonly findFacts: FindFacts
  /** Counts from the next decision on. */
  settings: GateSettings
  /** Who there is beside those of the registry; a test takes them away. */
  readonly people: Map<string, Subject>
}

/** How proposals of every kind are voted on here; a test changes it. */
export interface Voting {
  rules: KindRules
  trustMin: number
  discussionMs: number
}

const HOUR_MS = 60 * 60 * 1000
const VOTING: Voting = {
  rules: {
    quorumPercent: 40,
    threshold: { numerator: 1, denominator: 2, isBeyond: true },
    ...{ delegateShareMaxPercent: 50, lateMs: 24 * HOUR_MS, extensionMs: 24 * HOUR_MS },
    ...{ votingMs: 168 * HOUR_MS, timelockMs: 48 * HOUR_MS },
  },
  ...{ trustMin: 80, discussionMs: 0 },
}

/** What governance keeps beside what a world has. */
export const GOVERNED_COLLECTIONS = [
  EMERGENCY_COLLECTION,
  DECISION_COLLECTION,
  OUTCOME_COLLECTION,
  POLICY_COLLECTION,
  ...PROPOSAL_COLLECTIONS,
  ROUTING_COLLECTION,
]

/** What was read before is not read again: each reading takes a thread of its own. */
const readings = new Map<string, ReturnType<typeof readPolicies>>()
const readOnce: typeof readPolicies = (files, ...rest) => {
  const name = JSON.stringify(files)
  const found = readings.get(name) ?? readPolicies(files, ...rest)
  readings.set(name, found)
  return found
}

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
    if (resource.startsWith('decision/')) {
      const row = await book.find(id)
      const asker = row?.input.subject && (await findSubject(row.input.subject.id))
      return row === undefined
        ? 'absent'
        : {
            asker: asker ? { ...{ id: asker.id, kind: asker.kind }, trust: asker.trust, owner: asker.owner } : null,
            readable: true,
          }
    }
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
    ...{ store, gate, founder: administrator, clock: time.clock, read: readOnce },
    fallback: async (bundle) => new CedarOracle(policiesOf(bundle), { fixed: bundle.actions }),
  })
  const book = new DecisionBook({ records: store.records, findBundle: (digest) => policies.find(digest) })
  const voting = { ...VOTING }
  const resolve = async (idOrName: string) =>
    [...people.values()].find(({ id, name }) => id === idOrName || name === idOrName) ?? subjects.resolve(idOrName)
  const live = new LiveConfig(loadConfig({ env: {}, cwd: '/' }))
  const settings = new VotedSettings({ store, port: live })
  const delegations = new Delegations({ store, clock: time.clock, resolve })
  const proposalBook = new ProposalBook(store)
  const { course, execution, proposals } = openProposals({
    ...{ ...parts, book: proposalBook, gate, policies, settings, subjects, delegations, resolve },
    instance: administrator,
    listPeople: async () => {
      const { items } = await subjects.list({ limit: 100, kind: 'person' })
      const stored = new Map(items.map(({ subject }) => [subject.id, subject]))
      return [...new Map([...people, ...stored]).values()]
    },
    rules: () => voting.rules,
    voteTrustMin: () => voting.trustMin,
    discussionMs: () => voting.discussionMs,
  })
  const analyst = new ProposalAnalyst({
    ...{ ledger: store.ledger, book, policies, gate, instance: administrator, findSubject, trustWeight: () => 0.2 },
    listAgents: async (owner) => [...people.values()].filter((one) => one.owner === owner),
  })
  const sessions = new CouncilSessions({
    ...{ ...parts, book: proposalBook, analyst, gate, instance: administrator, msMax: 500 },
    advisers: () => governed.advisers,
  })
  const governed: Governed = {
    analysis: new AnalysisDesk({ analyst, proposals, findSubject }),
    council: new CouncilDesk(sessions, proposals),
    sessions,
    advisers: [],
    proposals: new ProposalDesk({
      advice: (id) => sessions.list(id),
      proposals,
      execution,
      delegations,
      differences: new PolicyDifferences(policies),
      ledger: store.ledger,
      findSubject,
    }),
    course,
    voting,
    live,
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
