import { createUuidV7, systemClock, systemRandom } from '#base'
import { DecisionJournal, GovernanceGate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { COLLECTIONS } from '../../src/collections.ts'
import type { Store } from '../../src/domain/store.ts'
import { TEST_SUBJECT } from '../../src/platform/store/testing.ts'

const ADMINISTRATOR: Subject = {
  ...{ id: TEST_SUBJECT, kind: 'person', name: 'ada', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
}

/** What a child is to do with the store in the folder, and when it is cut off. */
export interface OutcomeLeg {
  readonly directory: string
  /** Where each effect leaves a file, named after its decision: outside the store, as a backup is. */
  readonly effects: string
  readonly acts: number
  /** Where it dies, and in which of its acts, from 0. */
  readonly diesAt: 'before the effect' | 'after the effect' | 'within the outcome' | 'nowhere'
  readonly diesIn: number
  readonly afterMs: number
}

/** A store of a folder, with a gate whose decisions act outside it. */
export async function openOutcomeWorld(directory: string, wrap: (store: Store) => Store = (store) => store) {
  const clock = systemClock
  const newId = createUuidV7(clock, systemRandom)
  const sqlite = await openSqliteStore({ directory, collections: COLLECTIONS, readers: 1, clock })
  const store = wrap(sqlite)
  const onTrouble = (message: string, cause: unknown): never => {
    throw new Error(message, { cause })
  }
  const journal = new DecisionJournal({
    ...{ store, clock, newId, random: systemRandom, keepDays: () => 400, onTrouble },
  })
  journal.writeAs(ADMINISTRATOR.id)
  const gate = new GovernanceGate({ clock, newId, journal })
  const ask = { action: 'system.backup', resource: '*', subject: ADMINISTRATOR } as const
  const grant = () => requireGrant(gate.decide({ ...ask, correlationId: newId() }))
  const sweep = () => journal.outcomes.sweep(store.records, ADMINISTRATOR.id)
  return { store, gate, grant, sweep, [Symbol.asyncDispose]: () => sqlite[Symbol.asyncDispose]() }
}
