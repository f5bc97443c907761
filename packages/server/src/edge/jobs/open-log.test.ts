import { expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import { GovernanceGate } from '#governance'
import { openNote } from '#ledger'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { formatCheckpoint } from '../../platform/ledger/note/index.ts'
import { newEd25519 } from '../../platform/ledger/note/testing.ts'
import { createTestClock } from '../../platform/store/testing.ts'
import { LOG_COLLECTION } from './log-identity.ts'
import { openLog } from './open-log.ts'

async function openTestLog() {
  const { clock } = createTestClock()
  const newId = createUuidV7(clock, systemRandom)
  const store = openMemoryStore({ collections: [LOG_COLLECTION], clock })
  const roles = ['administrator'] as const
  const subject = {
    id: newId(),
    name: 'Ada',
    kind: 'person',
    roles,
    trust: 100,
    owner: null,
    active: true,
    createdAt: 0,
  } as const
  const onTrouble = (message: string): never => {
    throw new Error(message)
  }
  const gate = new GovernanceGate({ clock, newId })
  const options = { store, gate, subject, newId, key: newEd25519(), mirror: undefined }
  return openLog({ ...options, onTrouble, onRegrown: onTrouble })
}

test('the key of the log seals no checkpoint, of this log or another: only what extends the last is signed', async () => {
  await using log = await openTestLog()
  for (const origin of [log.origin, 'log.example/other'])
    for (const extensions of [[], ['more']]) {
      const head = formatCheckpoint({ origin, size: 7, root: new Uint8Array(32), extensions })
      expect(() => log.seal(head)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    }
})

test('what it seals opens with its key', async () => {
  await using log = await openTestLog()
  const text = `cascade-evidence/v1\n${log.origin}\n${'0'.repeat(64)}\n`
  expect(openNote(log.seal(text), log.keys)).toMatchObject({ text, verified: [log.keys[0]] })
})
