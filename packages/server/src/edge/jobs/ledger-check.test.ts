import { expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import { GovernanceGate, requireGrant } from '#governance'
import type { DatedVerdict, LogVerdict } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { watchRecords } from '../../platform/store/testing/watch-records.ts'
import { createTestClock } from '../../platform/store/testing.ts'
import { LedgerCheck } from './ledger-check.ts'

const HOUR_MS = 3_600_000

/** A check that is told when to look, over a desk that finds what it is told. */
function openCheck(found: () => LogVerdict) {
  const { clock, advance } = createTestClock()
  const newId = createUuidV7(clock, systemRandom)
  const store = watchRecords(openMemoryStore({ collections: [], clock }))
  const gate = new GovernanceGate({ clock, newId })
  const subject = {
    id: newId(),
    name: 'Ada',
    kind: 'person',
    roles: ['administrator'],
    trust: 100,
    owner: null,
    active: true,
    createdAt: 0,
  } as const
  const asked = { action: 'system.maintain', resource: 'system/ledger', subject } as const
  const told: string[] = []
  let times = 0
  let regrown = 0
  let newest: DatedVerdict = { verdict: { valid: true, size: 0, checkedTo: -1 }, from: 0, at: 0 }
  const desk = {
    regrow: () => {
      regrown++
      return Promise.reject(new CascadeError('DATA_CORRUPT', 'not here'))
    },
    isVerifying: false,
    // As of a log that is signed no more: what is told is put together for each who asks.
    verdict: () => ({ ...newest, stopped: 'forked' }),
    verify: async () => {
      times++
      newest = { verdict: found(), from: 0, at: clock() }
      return newest
    },
  }
  const say = (message: string) => told.push(message)
  const check = new LedgerCheck({
    ...{ desk, ledger: store.ledger, store, clock, newId },
    grant: () => requireGrant(gate.decide({ ...asked, correlationId: newId() })),
    log: { debug: say, info: say, warn: say, error: say },
    every: () => ({ [Symbol.dispose]: () => undefined }),
  })
  return { check, store, told, advance, times: () => times, regrown: () => regrown }
}

const SOUND: LogVerdict = { valid: true, size: 9, checkedTo: 8 }
const DAMAGED: LogVerdict = { valid: false, size: 9, checkedTo: 3, firstBad: 4, reason: 'entry 4: it is missing' }

test('the log is verified once a day, whoever recorded that it was, and records it', async () => {
  const { check, store, advance, times } = openCheck(() => SOUND)
  await check.lookWhenDue()
  expect(times()).toBe(1)
  const [told] = await store.ledger.list({ type: 'ledger.verified' }, { limit: 2 })
  expect(told?.leaf.payload).toMatchObject({ valid: true, size: 9, checked_to: 8, first_bad: null })
  advance(23 * HOUR_MS)
  await check.lookWhenDue()
  expect(times()).toBe(1)
  advance(HOUR_MS)
  await check.lookWhenDue()
  expect(times()).toBe(2)
})

test('what is found of the log tells whether stored texts were compared', async () => {
  const contents = { verified: 2, erased: 0, archived: 0 }
  const { check } = openCheck(() => ({ ...SOUND, contents }))
  expect(check.finding.detail).toMatch(/chain and checkpoint alone; `ledger verify` compares stored texts as well$/)
  await check.lookWhenDue()
  expect(check.finding.detail).toBe('sound from entry 0 to 8')
})

test('damage fails what says how things are, and is told, also when it cannot be recorded', async () => {
  const { check, store, told } = openCheck(() => DAMAGED)
  expect(check.finding.status).toBe('ok')
  await store[Symbol.asyncDispose]()
  await check.lookWhenDue()
  expect(check.finding).toEqual({ status: 'failed', detail: 'damaged: entry 4: it is missing' })
  expect(told[0]).toBe('the log is damaged')
})

test('a tree that cannot be made anew is tried once, also where the log is signed no more', async () => {
  const { check, regrown } = openCheck(() => ({ ...DAMAGED, part: 'tree' }))
  await check.lookWhenDue()
  await check.lookWhenDue()
  await check.lookWhenDue()
  expect(regrown()).toBe(1)
})
