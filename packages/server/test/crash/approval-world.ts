import { createUuidV7, systemClock, systemRandom } from '#base'
import { placeHold } from '#capsules'
import { Approvals, DecisionJournal, GovernanceGate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { COLLECTIONS } from '../../src/collections.ts'
import { Subjects } from '../../src/domain/identity/subjects.ts'
import type { Store } from '../../src/domain/store.ts'
import { commandId, grantOf, TEST_SUBJECT } from '../../src/platform/store/testing.ts'

/** Trusted too little for what changes things: it takes an approval. */
const REQUESTER: Subject = {
  ...{
    id: TEST_SUBJECT,
    kind: 'person',
    name: 'ada',
    roles: ['steward'],
    trust: 50,
    owner: null,
    active: true,
    createdAt: 0,
  },
}
const BODY = (reason: string) => ({ target: { kind: 'scope', tag: 'kept' }, reason }) as const

/** What a child is to do with the store in the folder, and when it is cut off. */
export interface ApprovalLeg {
  readonly directory: string
  /** What it asks for: holds, each with its own reason. */
  readonly reasons: readonly string[]
  /** Number of the write, from 0, at which it dies; null for one that ends. */
  readonly diesAt: number | null
  /** Whether the write is carried out before it dies, and how long it has for it. */
  readonly isWithin: boolean
  readonly afterMs: number
}

/** A store of a folder with what waits for approvals in it. What is approved is done with a new command each time. */
export async function openApprovalWorld(directory: string, wrap: (store: Store) => Store = (store) => store) {
  const clock = systemClock
  const newId = createUuidV7(clock, systemRandom)
  const sqlite = await openSqliteStore({ directory, collections: COLLECTIONS, readers: 1, clock })
  const store = wrap(sqlite)
  const parts = { store, clock, newId, random: systemRandom }
  const onTrouble = (message: string, cause: unknown): never => {
    throw new Error(message, { cause })
  }
  const journal = new DecisionJournal({ ...parts, keepDays: () => 400, onTrouble })
  const gate = new GovernanceGate({ clock, newId, journal })
  const approvals = new Approvals({
    ...{ ...parts, hours: () => 24, keepDays: () => 400, bundle: () => gate.bundle.digest },
    findSubject: async () => REQUESTER,
    findWhoMayEnter: async () => REQUESTER,
    isTokenActive: async () => true,
    findCapsule: async () => null,
  })
  const context = { ...parts, subjects: new Subjects(parts) }
  const ask = { action: 'capsule.hold', resource: '*', subject: REQUESTER } as const
  approvals.carryOutBy(async ({ subject }, { body }, { id, alongside }) => {
    const decision = gate.decide({ ...ask, correlationId: newId(), approval: id, alongside })
    const grantSubject = () => grantOf('subject.create')
    const call = { grant: requireGrant(decision), subject, command: { id: commandId() }, grantSubject }
    return placeHold(context, call, body as ReturnType<typeof BODY>)
  })
  const park = async (reason: string): Promise<string> => {
    const held = gate.decide({ ...ask, correlationId: newId() })
    const operation = { id: 'placeHold', params: {}, query: {}, body: BODY(reason), ifMatch: null }
    return (await approvals.park(held, { subject: REQUESTER, tokenId: null, scopes: null }, operation)).id
  }
  const approve = (id: string) =>
    approvals.decide({ grant: grantOf('approval.decide'), command: { id: commandId() } }, id, { decision: 'approve' })
  return { store, context, approvals, park, approve, [Symbol.asyncDispose]: () => sqlite[Symbol.asyncDispose]() }
}
