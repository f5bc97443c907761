import { expect, test } from 'vitest'
import { openMemoryStore } from '../../../adapters/memory/memory-store.ts'
import { DEAD_LETTERS, type DeadLetter, MESH_COLLECTIONS } from '../../../platform/mesh/mesh-rows.ts'
import type { Change } from '../../../platform/store/index.ts'
import { commandOf, commit, createTestClock, grantOf } from '../../../platform/store/testing.ts'
import { purgeDeadLetters } from './purge-dead-letters.ts'

const letterOf = (subject: string, actor: string): DeadLetter => ({
  ...{ route: 'r', sink: 's', event: { id: 'e', type: 't', sequence: 1 }, subject, actor, attempts: 1 },
  ...{ cause: 'delivery', reason: 'no', firstAt: 0, lastAt: 0, replaying: '' },
})

test.for([
  { name: 'a capsule', owner: null, left: ['by-owner', 'of-other', 'of-owner'] },
  { name: 'a subject with its capsule', owner: 'o', left: ['of-other'] },
])('dead letters of $name go with it, and no others', async ({ owner, left }) => {
  await using store = openMemoryStore({ collections: [...MESH_COLLECTIONS], clock: createTestClock().clock })
  const letters = {
    'of-capsule': letterOf('capsule/c', 'o'),
    'by-owner': letterOf('capsule/x', 'o'),
    'of-owner': letterOf('subject/o', 'a'),
    'of-other': letterOf('capsule/y', 'a'),
  }
  const grant = grantOf('capsule.erase')
  const puts = Object.entries(letters).map(([key, value]) => store.records.put(grant, DEAD_LETTERS, key, value))
  await commit(store, commandOf(grant, puts))
  const changes: Change[] = []
  for await (const change of purgeDeadLetters(store.records, grant, ['c'], owner)) changes.push(change)
  await commit(store, commandOf(grantOf('capsule.erase'), changes))
  const { items } = await store.records.list(DEAD_LETTERS, { limit: 10 })
  expect(items.map(({ key }) => key)).toEqual(left)
})
