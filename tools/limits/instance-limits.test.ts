import { describe, expect, test } from 'vitest'
import { readStaticTable } from '../../packages/server/src/adapters/models/static/static-table.ts'
import { CHARACTERS_MAX, StaticVectors } from '../../packages/server/src/adapters/models/static/static-vectors.ts'
import { GroupCommit, QUEUE_CHARACTERS_MAX } from '../../packages/server/src/adapters/sqlite/group-commit.ts'
import { ReaderPool, WAITING_MAX } from '../../packages/server/src/adapters/sqlite/reader-pool.ts'
import { SequenceWatch } from '../../packages/server/src/adapters/sqlite/sequence-watch.ts'
import { createFolders, openTestStore } from '../../packages/server/src/adapters/sqlite/testing.ts'
import { VectorSpace } from '../../packages/server/src/adapters/sqlite/vector/vector-space.ts'
import { openImportWorld } from '../../packages/server/src/domain/capsules/import/testing.ts'
import { createCommand, draftOf } from '../../packages/server/src/domain/capsules/testing.ts'
import { codeOf, TEST_COLLECTIONS } from '../../packages/server/src/platform/store/testing.ts'
import { LIMITS } from './index.ts'

test('a sequence that does not come is waited for no longer than the limit', async () => {
  const watch = new SequenceWatch()
  expect({ error: await codeOf(() => watch.reached(0)) }).toEqual(LIMITS.sequenceWait.beyond)
  expect(watch.head).toBe(-1)
})

describe('the readers of the store', () => {
  const folder = createFolders()

  test('a read too many is refused, and those that wait are answered', async () => {
    await using store = await openTestStore(folder())
    // What the readers are told of vectors at a start waits among the reads: behind this one it is over.
    await store.ready()
    await store.capsules.count()
    const reads = Array.from({ length: WAITING_MAX }, () => store.records.find(TEST_COLLECTIONS[0]?.name ?? '', 'none'))
    expect({ error: await codeOf(() => store.records.find(TEST_COLLECTIONS[0]?.name ?? '', 'none')) }).toEqual(
      LIMITS.readsWaiting.beyond,
    )
    expect((await Promise.all(reads)).every((record) => record === undefined)).toBe(true)
  })

  test('a read that takes too long is ended', async () => {
    const directory = folder()
    await (await openTestStore(directory))[Symbol.asyncDispose]()
    const head = new SequenceWatch().shared
    const pool = new ReaderPool({
      size: 1,
      data: { directory, collections: [], eventSource: '/test', head },
      onLost: () => undefined,
      // The thread alone takes longer to start.
      deadlineMs: 1,
    })
    pool.start()
    expect({ error: await codeOf(() => pool.read('counts')) }).toEqual(LIMITS.readTime.beyond)
    await pool.close()
  })
})

test('writes whose text is together too long are refused', async () => {
  const { store } = await openImportWorld()
  const letters = 1024 * 1024
  const large = createCommand(store, draftOf({ content: 'x'.repeat(letters) }))
  const small = createCommand(store, draftOf({ content: 'x' }))
  const commits = new GroupCommit({
    clock: () => 1,
    send: () => new Promise(() => undefined),
    commandsMax: 1,
    waitMs: 0,
  })
  for (let waiting = 0; waiting < QUEUE_CHARACTERS_MAX; waiting += letters) void commits.enqueue([large])
  expect({ error: await codeOf(async () => commits.enqueue([small])) }).toEqual(LIMITS.writesWaitingText.beyond)
})

test('a vector too many for the memory of its model is refused', async () => {
  const space = VectorSpace.create(384)
  const columns = { trust: 60, type: 0, status: 1, owner: 1, identity: 0, lane: 0, fold: 0, tags: [] }
  const put = async () => space.put(space.slotsMax, new Float32Array(384).fill(1), columns)
  expect({ error: await codeOf(put) }).toEqual(LIMITS.vectors.beyond)
})

test('the beginning of a long text is what search by meaning knows', () => {
  const text = 'a rule about travel\n'.repeat(CHARACTERS_MAX / 16).slice(0, CHARACTERS_MAX)
  const vectors = new StaticVectors(readStaticTable())
  expect(vectors.of(`${text} and apples`)).toEqual(vectors.of(text))
  expect(vectors.of(`${text.slice(0, -7)} apples`)).not.toEqual(vectors.of(text))
})
