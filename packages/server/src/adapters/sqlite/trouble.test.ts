import { expect, test } from 'vitest'
import { addVersion, create, idsOf, parentOf, search, setTrust, versionOf } from '../../domain/capsules/testing.ts'
import { createFolders, openTestStore } from './testing.ts'

const folder = createFolders()
const embedding = { model: 'm', vector: Float32Array.of(1, 2) }

test('a child of a doubted parent, and its next version, come into the vector index without trouble and with their trust', async () => {
  const troubles: string[] = []
  await using store = await openTestStore(folder(), { onTrouble: (message) => troubles.push(message) })
  const parent = await create(store, { content: 'parent', embedding })
  await setTrust(store, parent.id, 20)
  const child = await create(store, { content: 'child', embedding, parents: [parentOf(parent.id)] })
  const found = (minTrust: number) => search(store, { minTrust }, { embedding })
  expect(idsOf(await found(20)).toSorted()).toEqual([parent.id, child.id].toSorted())
  expect(idsOf(await found(21))).toEqual([])
  await setTrust(store, parent.id, 30)
  await addVersion(store, versionOf(child, '1.1.0', { content: 'child again', embedding }))
  await setTrust(store, parent.id, 10)
  expect(idsOf(await found(10)).toSorted()).toEqual([parent.id, child.id].toSorted())
  expect(idsOf(await found(11))).toEqual([])
  expect(troubles).toEqual([])
})
