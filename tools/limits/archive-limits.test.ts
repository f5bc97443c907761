import { ARCHIVE_LIMITS } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { MemoryObjects } from '../../packages/server/src/adapters/objects/memory-objects.ts'
import { CascadeError } from '../../packages/server/src/base/index.ts'
import { Archives } from '../../packages/server/src/domain/capsules/archive/archives.ts'
import { MOVE_ROUNDS_MAX } from '../../packages/server/src/domain/capsules/archive/move-away.ts'
import { openWorld } from '../../packages/server/src/domain/capsules/use-cases/testing.ts'
import { openHttpWorld } from '../../packages/server/src/edge/http/testing.ts'
import { codeOf, nextId } from '../../packages/server/src/platform/store/testing.ts'
import { LIMITS } from './index.ts'

test('a capsule that holds a byte too much stays', async () => {
  const { context, call, add, addDocument } = await openWorld()
  const settings = { context, objects: new MemoryObjects(), compressionLevel: 6, bytesMax: 10 }
  const move = async (id: string) => {
    const archives = new Archives(settings)
    const { capsules, refused } = await archives.archive(call('capsule.offload'), { kind: 'named', ids: [id] })
    return [capsules, refused[0]?.error.code]
  }
  expect(await move((await add({ content: '0123456789' })).id)).toEqual([1, undefined])
  expect(await move((await add({ content: '0123456789a' })).id)).toEqual([0, LIMITS.archivedBytes.beyond.error])
  const { document } = await addDocument('0123456', ['0123', '456'])
  expect(await move(document.id)).toEqual([0, LIMITS.archivedBytes.beyond.error])
})

test('one request moves as many as it may, and says that there are more', async () => {
  const { context, call, add, time } = await openWorld()
  for (const content of ['one', 'two', 'three']) await add({ content })
  time.advance(1000)
  const archives = new Archives({ context, objects: new MemoryObjects(), compressionLevel: 6, movedAtOnceMax: 2 })
  const target = { kind: 'aged', before: time.clock(), isDue: () => true } as const
  const rounds = [1, 2, 3].map(() => archives.archive(call('capsule.offload'), target))
  const outcomes = (await Promise.all(rounds)).map(({ capsules, isMore }) => [capsules, isMore])
  expect(outcomes).toEqual([
    [2, true],
    [1, false],
    [0, false],
  ])
})

test('of those that stay the first are named', async () => {
  await using http = await openHttpWorld()
  const ids = Array.from({ length: ARCHIVE_LIMITS.refusedMax + 1 }, nextId)
  const { refused } = (await http.send('POST', '/v2/archive', { body: { ids } })).json()
  expect(refused.map(({ id }: { readonly id: string }) => id)).toEqual(ids.slice(0, ARCHIVE_LIMITS.refusedMax))
})

test('of the objects of nobody the first are named', async () => {
  await using http = await openHttpWorld()
  for (let index = 0; index <= ARCHIVE_LIMITS.unknownMax; index++)
    await http.objects.put(`object-${index}`, Uint8Array.of(1))
  const { unknown } = (await http.send('POST', '/v2/archive/verify', { body: {} })).json()
  expect(unknown).toHaveLength(ARCHIVE_LIMITS.unknownMax)
})

test('whoever is disturbed once too often moves nothing', async () => {
  const { context, call, add } = await openWorld()
  const { id } = await add({ content: 'changed all the time' })
  let left = 0
  const append: typeof context.store.append = (commands) => {
    const isMove = commands.some(({ changes }) => changes.some(({ kind }) => kind === 'capsule.offload'))
    if (!isMove || left-- <= 0) return context.store.append(commands)
    return Promise.resolve([{ ok: false, error: new CascadeError('REVISION_MISMATCH', 'Another was first.') }])
  }
  const { capsules, ledger, records } = context.store
  const store = Object.assign(Object.create(null), {
    capsules,
    ledger,
    records,
    append,
    head: () => context.store.head(),
  })
  const objects = new MemoryObjects()
  const archives = new Archives({ context: { ...context, store }, objects, compressionLevel: 6 })
  const move = (disturbed: number) => {
    left = disturbed
    return archives.archive(call('capsule.offload'), { kind: 'named', ids: [id] })
  }
  expect({ error: await codeOf(() => move(MOVE_ROUNDS_MAX)) }).toEqual(LIMITS.archiveRounds.beyond)
  expect(await objects.list()).toEqual([])
  expect(await move(MOVE_ROUNDS_MAX - 1)).toMatchObject({ capsules: 1 })
})
