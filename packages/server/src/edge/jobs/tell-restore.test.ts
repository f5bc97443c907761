import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RESTORED_NOTE, type RestoredNote } from '#backup'
import { createUuidV7, systemClock, systemRandom } from '#base'
import { GovernanceGate } from '#governance'
import { createEd25519Signer, formatVerifierKey, signNote } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { create } from '../../domain/capsules/testing.ts'
import { formatCheckpoint } from '../../platform/ledger/note/index.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { watchRecords } from '../../platform/store/testing/watch-records.ts'
import { commandOf, commit, grantOf } from '../../platform/store/testing.ts'
import { LOG_COLLECTION, putLogIdentity } from './log-identity.ts'
import { type TellRestoreOptions, tellRestore } from './tell-restore.ts'
import { KeptNotes } from './testing/witness-world.ts'
import { findWitnessIdentity, putWitnessIdentity, WITNESS_COLLECTION } from './witness-identity.ts'

const newId = createUuidV7(systemClock, systemRandom)
const gate = new GovernanceGate({ clock: systemClock, newId })
const ORIGIN = '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'told-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** A store with two leaves, and what tells of a restore in it. */
async function openRestored(over: Partial<TellRestoreOptions> = {}) {
  const store = watchRecords(openMemoryStore({ collections: [LOG_COLLECTION, WITNESS_COLLECTION], clock: systemClock }))
  await create(store, { content: 'one' })
  await create(store, { content: 'two' })
  const subject = {
    id: newId(),
    name: 'Ada',
    kind: 'person',
    roles: ['administrator'],
    trust: 100,
    active: true,
    owner: null,
  }
  const [newest] = await store.ledger.list({}, { limit: 1 })
  const note: RestoredNote = {
    origin: ORIGIN,
    restoredAt: '2026-03-01T09:00:00.000Z',
    from: { sequence: 1, hash: newest!.hash },
    replaced: { sequence: 7, hash: 'ab'.repeat(32) },
  }
  const write = (over: Partial<RestoredNote> = {}) =>
    writeFileSync(join(directory, RESTORED_NOTE), JSON.stringify({ ...note, ...over }))
  return {
    store,
    write,
    tell: () =>
      tellRestore({
        directory,
        store,
        gate,
        subject: subject as never,
        newId,
        mirror: undefined,
        findKey: () => undefined,
        ...over,
      }),
  }
}

test('the first leaf after a restore names the new origin and where the old log was left', async () => {
  const { store, write, tell } = await openRestored()
  write()
  await tell()
  const [told] = await store.ledger.list({ type: 'system.restored' }, { limit: 2 })
  expect(told?.leaf).toMatchObject({
    index: 2,
    payload: { origin: ORIGIN, from: { sequence: 1 }, replaced: { sequence: 7, hash: 'ab'.repeat(32) } },
  })
  expect(existsSync(join(directory, RESTORED_NOTE))).toBe(false)
})

test('it is told once, also by a process that ended before it could take the note away', async () => {
  const { store, write, tell } = await openRestored()
  write()
  await tell()
  write()
  await tell()
  await tell()
  expect(store.head()).toBe(2)
})

test.for([
  { name: 'further on', over: { from: { sequence: 0, hash: 'ab' } } },
  { name: 'another one', over: { from: { sequence: 1, hash: 'ab' } } },
])('a note beside a store that is $name is that of a restore that was interrupted', async ({ over }) => {
  const { store, write, tell } = await openRestored()
  write(over)
  await tell()
  expect(store.head()).toBe(1)
  expect(existsSync(join(directory, RESTORED_NOTE))).toBe(false)
})

test('the keys with which it cosigned for others are used no more: they may have cosigned more than it knows', async () => {
  const { store, write, tell } = await openRestored()
  const grant = grantOf('ledger.sign')
  const identity = { name: 'witness.example/w', keys: ['witness.example/w+1a2b3c4d+AbCd'] }
  await commit(store, commandOf(grant, [putWitnessIdentity(store.records, grant, identity)]))
  const [newest] = await store.ledger.list({}, { limit: 1 })
  write({ from: { sequence: store.head(), hash: newest!.hash } })
  await tell()
  expect(await findWitnessIdentity(store.records)).toEqual({ name: 'witness.example/w', keys: [] })
})

test.for<'the folder' | 'nobody'>(['the folder', 'nobody'])(
  'the last checkpoint is that of the mirror, signed after a change of keys that the store is too old for, where %s has the key',
  async (holder) => {
    const [old, key] = [newEd25519(), newEd25519()]
    const origin = 'cascade/before'
    const mirror = new KeptNotes()
    const { store, write, tell } = await openRestored({
      mirror,
      findKey: () => (holder === 'nobody' ? newEd25519() : key),
    })
    const noteBy = (by: typeof key, size: number): string => {
      const text = formatCheckpoint({ origin, size, root: new Uint8Array(32), extensions: [] })
      return signNote(text, [createEd25519Signer(origin, by)])
    }
    const identity = { origin, keys: [formatVerifierKey(createEd25519Signer(origin, old).key)] }
    const grant = grantOf('ledger.sign')
    await commit(store, commandOf(grant, [putLogIdentity(store.records, grant, identity)]))
    await store.ledger.keepCheckpoint({ origin, size: 2, root: new Uint8Array(32), note: noteBy(old, 2) })
    await mirror.write(origin, noteBy(key, 8))
    const [newest] = await store.ledger.list({}, { limit: 1 })
    write({ from: { sequence: store.head(), hash: newest!.hash } })
    await tell()
    const [told] = await store.ledger.list({ type: 'system.restored' }, { limit: 1 })
    expect(told?.leaf.payload.last_checkpoint).toBe(holder === 'nobody' ? noteBy(old, 2) : noteBy(key, 8))
  },
)
