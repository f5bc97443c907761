import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import { GovernanceGate } from '#governance'
import {
  cosignersOf,
  createEd25519Signer,
  formatVerifierKey,
  hasMlDsa44,
  openCheckpoint,
  parseVerifierKey,
} from '#ledger'
import { openLogCosignerKey } from '../../adapters/files/cosigner-keys.ts'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import type { Store } from '../../domain/store.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { createTestClock, grantOf, noteOf, TEST_START_MS } from '../../platform/store/testing.ts'
import { openLogCosigner } from './log-cosigner.ts'
import { openLog } from './open-log.ts'
import { ADMIN, COLLECTIONS } from './testing/witness-world.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cosigner-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const key = newEd25519()

async function openCosigned(store?: Store) {
  const { clock } = createTestClock()
  const newId = createUuidV7(clock, systemRandom)
  const own = store ?? openMemoryStore({ collections: COLLECTIONS, clock })
  const signed = await openLog({
    ...{ store: own, gate: new GovernanceGate({ clock, newId }), subject: ADMIN, newId, key, mirror: undefined },
    onTrouble: () => undefined,
    onRegrown: () => undefined,
  })
  await signed.checkpointer[Symbol.asyncDispose]()
  const { origin } = signed
  const openKey = () => openLogCosignerKey(directory)
  const cosigner = await openLogCosigner({
    store: own,
    origin,
    openKey,
    grant: () => grantOf('ledger.sign'),
    newId,
    clock,
  })
  if (cosigner) signed.cosignWith(cosigner)
  await own.append([noteOf()])
  return { store: own, signed, note: (await signed.checkpointer.sign()).note }
}

test.runIf(hasMlDsa44())(
  'checkpoints bear a cosignature of the log itself, which says when, and whose key the log records',
  async () => {
    const { signed, note, store } = await openCosigned()
    const cosigner = parseVerifierKey(signed.cosigner ?? '')
    expect(cosigner?.name).toBe(signed.origin)
    expect([...cosignersOf(note, [cosigner!]).values()]).toEqual([TEST_START_MS / 1000])
    // Whoever knows the Ed25519 key alone passes over it.
    expect(openCheckpoint(note, signed.origin, signed.keys)).toBeDefined()
    const [told] = await store.ledger.list({ type: 'ledger.cosigner_changed' }, { limit: 1 })
    expect(told?.leaf.payload.key).toBe(signed.cosigner)
    expect(statSync(join(directory, 'ledger-ml-dsa-44.key')).mode & 0o777).toBe(0o600)
  },
)

test.runIf(hasMlDsa44())(
  'a restart goes on with the same key and records nothing; a lost one is replaced, and that is recorded',
  async () => {
    const first = await openCosigned()
    const changes = async () =>
      (await first.store.ledger.list({ type: 'ledger.cosigner_changed' }, { limit: 10 })).length
    expect((await openCosigned(first.store)).signed.cosigner).toBe(first.signed.cosigner)
    expect(await changes()).toBe(1)
    rmSync(join(directory, 'ledger-ml-dsa-44.key'))
    expect((await openCosigned(first.store)).signed.cosigner).not.toBe(first.signed.cosigner)
    expect(await changes()).toBe(2)
  },
)

test.runIf(hasMlDsa44())('it stays when the key of the log changes', async () => {
  const { signed, store } = await openCosigned()
  const next = createEd25519Signer(signed.origin, newEd25519())
  signed.change({ origin: signed.origin, keys: [next.key, ...signed.keys].map(formatVerifierKey) }, [next])
  await store.append([noteOf()])
  const { note } = await signed.checkpointer.sign()
  expect(cosignersOf(note, [parseVerifierKey(signed.cosigner!)!]).size).toBe(1)
  expect(openCheckpoint(note, signed.origin, [next.key])).toBeDefined()
})
