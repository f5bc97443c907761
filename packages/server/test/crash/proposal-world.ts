import { createUuidV7, systemClock, systemRandom } from '#base'
import {
  DecisionJournal,
  Delegations,
  GovernanceGate,
  PolicyDesk,
  ProposalBook,
  ProposalCourse,
  Proposals,
} from '#governance'
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
  /** Proposals that it makes. */
  readonly count: number
  /** Number of the write, from 0, at which it dies. */
  readonly diesAt: number
  /** Whether the write is carried out before it dies, and how long it has for it. */
  readonly isWithin: boolean
  readonly afterMs: number
}

/** A store of a folder with proposals that put the policies of the program in force again, each time with an entry in the log. */
export async function openProposalWorld(directory: string, hours: number, wrap = (store: Store): Store => store) {
  let ahead = hours * HOUR_MS
  const clock = () => systemClock() + ahead
  const newId = createUuidV7(clock, systemRandom)
  const sqlite = await openSqliteStore({ directory, collections: COLLECTIONS, readers: 1, clock })
  const store = wrap(sqlite)
  const parts = { store, clock, newId, random: systemRandom }
  const onTrouble = (message: string, cause: unknown): never => {
    throw new Error(message, { cause })
  }
  const subjects = new Subjects(parts)
  const instance = await subjects.openAdministrator(() => grantOf('subject.create'))
  const journal = new DecisionJournal({ ...parts, keepDays: () => 400, onTrouble })
  journal.writeAs(instance.id)
  const gate = new GovernanceGate({ clock, newId, journal })
  const none = async (): Promise<never> => onTrouble('nothing of this is read', undefined)
  const policies = new PolicyDesk({ store, gate, founder: instance, clock, read: none, fallback: none })
  const book = new ProposalBook(store)
  const resolve = (idOrName: string) => subjects.resolve(idOrName)
  const delegations = new Delegations({ store, clock, resolve })
  const course = new ProposalCourse({
    ...{ book, gate, policies, subjects, delegations, clock, newId, instance },
    ...{ listPeople: async () => [instance], rules: () => RULES, voteTrustMin: () => 80 },
  })
  const proposals = new Proposals({
    ...{ book, course, policies, clock, newId, resolve, instance: instance.id, discussionMs: () => 0 },
  })
  const call = <A extends 'proposal.create' | 'proposal.vote'>(action: A) => ({
    ...{ grant: grantOf(action), subject: instance, command: { id: commandId() } },
  })
  const propose = async (): Promise<string> => {
    const draft = {
      title: 'Those of the program',
      description: '',
      action: { type: 'policy_change', files: null },
    } as const
    return (await proposals.create(call('proposal.create'), draft)).id
  }
  const putToTheVote = async (id: string): Promise<void> => {
    await proposals.activate(call('proposal.create'), id)
    await proposals.vote(call('proposal.vote'), id, 'for')
  }
  return {
    ...{ store, proposals, course, propose, putToTheVote },
    sweep: () => course.sweep(new AbortController().signal),
    wait: (more: number) => {
      ahead += more * HOUR_MS
    },
    async [Symbol.asyncDispose]() {
      await journal[Symbol.asyncDispose]()
      await sqlite[Symbol.asyncDispose]()
    },
  }
}
