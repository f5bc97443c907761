import { type Clock, createUuidV7, systemClock, systemRandom } from '#base'
import { LiveConfig, loadConfig } from '#config'
import {
  type AskedAction,
  DecisionJournal,
  Delegations,
  GovernanceGate,
  openProposals,
  PolicyDesk,
  ProposalBook,
  VotedSettings,
} from '#governance'
import type { BundleReading, PolicyFile } from '#policy'
import { readBundle } from '../../src/adapters/policies/read-bundle.ts'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { COLLECTIONS } from '../../src/collections.ts'
import { Subjects } from '../../src/domain/identity/subjects.ts'
import type { Store } from '../../src/domain/store.ts'
import { commandId, grantOf } from '../../src/platform/store/testing.ts'

const HOUR_MS = 3_600_000
const RULES = {
  quorumPercent: 50,
  threshold: { numerator: 1, denominator: 2, isBeyond: true },
  ...{ delegateShareMaxPercent: 50, lateMs: 0, extensionMs: 0, votingMs: HOUR_MS, timelockMs: HOUR_MS },
} as const

/** What a child is to do with the store in the folder, and when it is cut off. */
export interface ProposalLeg {
  readonly directory: string
  /** How far its clock is ahead, in hours. */
  readonly hours: number
  /** How many proposals were made before it; it makes one of each kind. */
  readonly made: number
  /** Number of the write, from 0, at which it dies. */
  readonly diesAt: number
  /** Whether the write is carried out before it dies, and how long it has for it. */
  readonly isWithin: boolean
  readonly afterMs: number
}

export type OpenStore = (clock: Clock) => Promise<{ readonly store: Store; readonly close: () => Promise<void> }>

/** The store of a folder. */
export const storeIn =
  (directory: string): OpenStore =>
  async (clock) => {
    const store = await openSqliteStore({ directory, collections: COLLECTIONS, readers: 1, clock })
    return { store, close: async () => store[Symbol.asyncDispose]() }
  }

/** What the proposals of a folder do: each can be carried out any number of times, with an entry in the log each time. */
export const KINDS = ['policy_change', 'configuration_change', 'constitution_amendment'] as const

const CLAUSE = 'const.own.nothing'
const clause = (at: number): string =>
  `@id("${CLAUSE}") @says("${at}") forbid (principal, action == Action::"capsule.export", resource);\n`

/** What was read before, in this process. */
const readings = new Map<string, BundleReading>()

interface Life {
  readonly wrap: (store: Store) => Store
  /** Hears of decisions that cannot be put on record. */
  readonly onTrouble: (message: string, cause: unknown) => void
}

const WHOLE: Life = {
  wrap: (store) => store,
  onTrouble: (message, cause) => {
    throw new Error(message, { cause })
  },
}

/** A store with proposals of all kinds. */
export async function openProposalWorld(open: OpenStore, hours: number, { wrap, onTrouble }: Life = WHOLE) {
  let ahead = hours * HOUR_MS
  const clock = () => systemClock() + ahead
  const newId = createUuidV7(clock, systemRandom)
  const opened = await open(clock)
  const store = wrap(opened.store)
  const parts = { store, clock, newId, random: systemRandom }
  const subjects = new Subjects(parts)
  const instance = await subjects.openAdministrator(() => grantOf('subject.create'))
  const journal = new DecisionJournal({ ...parts, keepDays: () => 400, onTrouble })
  journal.writeAs(instance.id)
  const gate = new GovernanceGate({ clock, newId, journal })
  const none = (): Promise<never> => Promise.reject(new Error('nothing of this is read'))
  const read = async (files: readonly PolicyFile[]) => {
    const name = JSON.stringify(files)
    const found = readings.get(name) ?? readBundle(files, () => undefined)
    readings.set(name, found)
    return found
  }
  const policies = new PolicyDesk({ store, gate, founder: instance, clock, read, fallback: none })
  await policies.open({ grant: () => grantOf('policy.apply') })
  const port = new LiveConfig(loadConfig({ env: {}, cwd: '/' }))
  const settings = new VotedSettings({ store, port })
  await settings.open()
  const book = new ProposalBook(store)
  const resolve = (idOrName: string) => subjects.resolve(idOrName)
  const delegations = new Delegations({ store, clock, resolve })
  const { course, execution, proposals } = openProposals({
    ...{ book, gate, policies, settings, subjects, delegations, clock, newId, instance, resolve },
    ...{ listPeople: async () => [instance], rules: () => RULES, voteTrustMin: () => 80, discussionMs: () => 0 },
  })
  const call = <A extends 'proposal.create' | 'proposal.vote'>(action: A) => ({
    ...{ grant: grantOf(action), subject: instance, command: { id: commandId() } },
  })
  const actionOf = (kind: (typeof KINDS)[number], at: number): AskedAction => {
    if (kind === 'policy_change') return { type: kind, files: null }
    if (kind === 'constitution_amendment') return { type: kind, clauses: [{ id: CLAUSE, text: clause(at) }] }
    return { type: kind, changes: [{ key: 'memory.min_trust', value: at % 100 }] }
  }
  const propose = async (kind: (typeof KINDS)[number], at: number): Promise<string> => {
    const draft = { title: 'Otherwise', description: '', action: actionOf(kind, at) }
    return (await proposals.create(call('proposal.create'), draft)).id
  }
  const putToTheVote = async (id: string): Promise<void> => {
    await proposals.activate(call('proposal.create'), id)
    await proposals.vote(call('proposal.vote'), id, 'for')
  }
  return {
    ...{ instance, store, policies, live: port, proposals, execution, propose, putToTheVote },
    sweep: () => course.sweep(new AbortController().signal),
    wait: (more: number) => {
      ahead += more * HOUR_MS
    },
    async [Symbol.asyncDispose]() {
      await journal[Symbol.asyncDispose]()
      await opened.close()
    },
  }
}
