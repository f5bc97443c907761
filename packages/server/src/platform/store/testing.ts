import { randomBytes, randomUUID } from 'node:crypto'
import type { Action, ErrorCode } from '@forge-cascade/contract'
import { afterAll, beforeAll, vi } from 'vitest'
import { type Clock, createUuidV7, isCascadeError, systemRandom } from '#base'
import type { AnyRecord, LedgerRecord, LedgerStore } from '#ledger'
import type { Change } from './change.ts'
import type { Command, EventDraft, Receipt } from './command.ts'
import type { Grant } from './grant.ts'
import { type GrantFields, mintGrant } from './mint-grant.ts'
import type { CollectionDefinition, Records } from './records.ts'
import { asRecord } from './testing/as-record.ts'
import type { CommandOutcome, UnitOfWork } from './unit-of-work.ts'

/** A clock that moves only when told to, in both directions. */
export interface TestClock {
  readonly clock: Clock
  advance(ms: number): void
}

/** 1 March 2026, 09:00 UTC: what every test begins at. */
export const TEST_START_MS = Date.UTC(2026, 2, 1, 9)

export function createTestClock(now = TEST_START_MS): TestClock {
  let time = now
  return {
    clock: () => time,
    advance: (ms) => {
      time += ms
    },
  }
}

/** What the suites of the platform ask of a store. */
export interface PlatformStore extends UnitOfWork {
  readonly records: Records
  readonly ledger: LedgerStore
}

/** A new, empty store with `TEST_COLLECTIONS`, and the clock it goes by. */
export interface StoreUnderTest<S extends AsyncDisposable = PlatformStore> {
  readonly store: S
  readonly clock: TestClock
}

/**
 * Opens one store for all tests of the block it is called in. Opening costs some adapters a second, so tests share it:
 * each keeps to keys, owners and models of its own and looks at differences, never at totals.
 */
export function shareStore<S extends AsyncDisposable>(open: () => Promise<StoreUnderTest<S>>): StoreUnderTest<S> {
  if (IS_CAMPAIGN) vi.setConfig({ testTimeout: CAMPAIGN_TEST_MS, hookTimeout: CAMPAIGN_TEST_MS })
  let opened: StoreUnderTest<S> | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(async () => opened?.store[Symbol.asyncDispose]())
  const get = (): StoreUnderTest<S> => {
    if (!opened) throw new Error('the store is open within tests only')
    return opened
  }
  return {
    get store() {
      return get().store
    },
    get clock() {
      return get().clock
    },
  }
}

/** Collections that each store under test is opened with. */
export const TEST_COLLECTIONS: readonly CollectionDefinition[] = [
  { name: 'people', indexes: ['name', 'age', 'active'] },
  { name: 'places', indexes: [] },
]

const IS_CAMPAIGN = process.env.CAMPAIGN === '1'

/** A test of a campaign may take so long. */
const CAMPAIGN_TEST_MS = 600_000

/** The full count with `CAMPAIGN=1`, else the sample that every `npm test` runs. */
export const campaign = (sample: number, full: number): number => (IS_CAMPAIGN ? full : sample)

/** Numbers from 0 to below 1 that repeat with the seed (a linear congruential generator, Numerical Recipes). */
export function createSeeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** One of the items, by a random number. */
export const pick = <T>(random: () => number, items: readonly T[]): T => items[Math.floor(random() * items.length)]!

/** Ids that grow from call to call, as those of a server do. */
export const nextId = createUuidV7(Date.now, systemRandom)

export const commandId = (): string => randomBytes(16).toString('hex')

/** The subject who acts unless a test names another. */
export const TEST_SUBJECT = '01900000-0000-7000-8000-000000000001'

export function grantOf<A extends Action>(action: A, fields: Partial<GrantFields<A>> = {}): Grant<A> {
  const made = { decisionId: randomUUID(), correlationId: randomUUID(), resource: '*', subject: TEST_SUBJECT }
  return mintGrant({ ...made, action, reach: 'command', ...fields })
}

export function recordOf(grant: Grant, fields: Partial<AnyRecord> = {}): LedgerRecord {
  const { subject: actor, correlationId } = grant
  const telling = { subject: 'test/1', digests: {}, payload: {} }
  return asRecord({ category: 'system', type: 'test.happened', actor, correlationId, ...telling, ...fields })
}

export function eventOf(fields: Partial<EventDraft> = {}): EventDraft {
  return { type: 'cascade.test.happened', subject: 'test/1', data: {}, ...fields }
}

/** A command with a fresh id and, unless told otherwise, one record and no event. */
export function commandOf(grant: Grant, changes: readonly Change[], fields: Partial<Command> = {}): Command {
  return { id: commandId(), grant, changes, records: [recordOf(grant)], events: [], ...fields }
}

/** A command that changes nothing and is told of by one record. */
export function noteOf(fields: Partial<AnyRecord> = {}): Command {
  const grant = grantOf('system.read')
  return commandOf(grant, [], { records: [recordOf(grant, fields)] })
}

/** The receipt of one command, or the error that refused it, thrown. */
export async function commit(store: UnitOfWork, command: Command): Promise<Receipt> {
  const [outcome] = await store.append([command])
  return receiptOf(outcome)
}

export function receiptOf(outcome: CommandOutcome | undefined): Receipt {
  if (!outcome) throw new Error('append answered fewer outcomes than it was given commands')
  if (!outcome.ok) throw outcome.error
  return outcome.receipt
}

/** The code with which something is refused, or `carried out`. Whatever else is thrown passes through. */
export async function codeOf(attempt: () => Promise<unknown>): Promise<ErrorCode | 'carried out'> {
  try {
    await attempt()
    return 'carried out'
  } catch (error) {
    if (isCascadeError(error)) return error.code
    throw error
  }
}
