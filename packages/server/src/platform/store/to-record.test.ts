import { RECORD_CATEGORIES, RECORD_TYPES } from '@forge-cascade/contract'
import { RECORDS_V1 } from '@forge-cascade/contract/records'
import { expect, test } from 'vitest'
import type { LedgerRecord } from '#ledger'
import { watchRecords } from './testing/watch-records.ts'
import { grantOf, TEST_SUBJECT } from './testing.ts'
import { toRecord } from './to-record.ts'
import type { UnitOfWork } from './unit-of-work.ts'

const ID = '01900000-0000-7000-8000-000000000002'

test('a record is of the category of its kind, by whom and on which decision the grant says', () => {
  const grant = grantOf('capsule.trust')
  const digests = { reason: 'ab'.repeat(32) }
  expect(toRecord(grant, 'capsule.released', `capsule/${ID}`, { old: 0, new: 60, status: 'ACTIVE' }, digests)).toEqual({
    category: 'trust',
    type: 'capsule.released',
    actor: TEST_SUBJECT,
    correlationId: grant.correlationId,
    subject: `capsule/${ID}`,
    digests,
    payload: { old: 0, new: 60, status: 'ACTIVE', decision_id: grant.decisionId },
  })
})

test('each kind has its category and its schema', () => {
  expect(Object.keys(RECORDS_V1).toSorted()).toEqual(RECORD_TYPES.toSorted())
  for (const type of RECORD_TYPES) expect(RECORD_CATEGORIES[type]).toBeTypeOf('string')
})

test('each member of a payload and each digest says what it means', () => {
  const silent = Object.entries(RECORDS_V1).flatMap(([type, { payload, digests }]) =>
    Object.entries({ ...payload.shape, ...digests.shape } as Record<string, { readonly description?: string }>)
      .filter(([, { description }]) => description === undefined)
      .map(([member]) => `${type}: ${member}`),
  )
  expect(silent).toEqual([])
})

/** Never called: the compiler is the judge, and an error that it does not find is one that it reports. */
export function cannotBeWritten(): readonly LedgerRecord[] {
  const grant = grantOf('capsule.archive')
  const made = toRecord(grant, 'capsule.archived', `capsule/${ID}`, { version: '1.0.0' }, {})
  return [
    // @ts-expect-error there is no such kind
    toRecord(grant, 'capsule.vanished', `capsule/${ID}`, {}, {}),
    // @ts-expect-error a member is missing
    toRecord(grant, 'capsule.archived', `capsule/${ID}`, {}, {}),
    // @ts-expect-error a member is of another type
    toRecord(grant, 'capsule.archived', `capsule/${ID}`, { version: 1 }, {}),
    // @ts-expect-error a member is not of this kind
    toRecord(grant, 'capsule.archived', `capsule/${ID}`, { version: '1.0.0', title: 'personal' }, {}),
    // @ts-expect-error it is about something else
    toRecord(grant, 'capsule.archived', `import/${ID}`, { version: '1.0.0' }, {}),
    // @ts-expect-error a digest is missing
    toRecord(grant, 'capsule.released', `capsule/${ID}`, { old: 0, new: 60, status: 'ACTIVE' }, {}),
    // @ts-expect-error this kind has no digests
    toRecord(grant, 'capsule.archived', `capsule/${ID}`, { version: '1.0.0' }, { reason: 'ab'.repeat(32) }),
    // @ts-expect-error it is of another category
    { ...made, type: 'capsule.restored', category: 'trust', subject: `capsule/${ID}`, digests: {} },
  ]
}

test('a test notices a record that is not as its schema says', async () => {
  const grant = grantOf('capsule.archive')
  const store = watchRecords<Pick<UnitOfWork, 'append'>>({ append: async () => [] })
  const append = (record: LedgerRecord) =>
    store.append([{ id: '0'.repeat(32), grant, changes: [], records: [record], events: [] }])
  const sound = toRecord(grant, 'capsule.archived', `capsule/${ID}`, { version: '1.0.0' }, {})
  expect(await append(sound)).toEqual([])
  const misfits: readonly object[] = [
    { payload: { ...sound.payload, version: 'one' } },
    { payload: { ...sound.payload, note: 'more than it says' } },
    { payload: { version: '1.0.0' } },
    { digests: { content: 'ab'.repeat(32) } },
    { subject: 'capsule/1' },
    { category: 'system' },
    { actor: 'somebody' },
    { type: 'capsule.vanished' },
  ]
  for (const misfit of misfits) await expect(append({ ...sound, ...misfit })).rejects.toThrow(/capsule\./)
})
