import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import { openMemoryStore } from '../../src/adapters/memory/index.ts'
import { COLLECTIONS } from '../../src/collections.ts'
import type { Store } from '../../src/domain/store.ts'
import { withAppend } from '../../src/platform/store/testing/with-append.ts'
import { campaign } from '../../src/platform/store/testing.ts'
import { expectOnce } from './proposal-end.ts'
import { KINDS, type OpenStore, openProposalWorld } from './proposal-world.ts'

/** Amendments are checked against every risk, which takes long: all kinds in the campaign, and in `proposal-crash.test.ts`. */
const DONE = KINDS.slice(0, campaign(2, KINDS.length))
/** More writes than there are, so that the last run ends by itself. */
const WRITES_MAX = 60
const HOURS_A_LIFE = 24
const TEST_MS_MAX = campaign(60_000, 600_000)

/** What is carried out is told of with these. */
const LOST: ReadonlySet<string> = new Set(['configuration.changed', 'constitution.amended'])

/** A store that answers nothing from a write on, which is carried out or not. */
function dying(store: Store, diesAt: number, isWithin: boolean) {
  let writes = 0
  const gone = () => new CascadeError('UNAVAILABLE', 'The process has ended.')
  const wrapped = withAppend(store, async (commands) => {
    const write = writes++
    if (write > diesAt || (write === diesAt && !isWithin)) throw gone()
    const outcomes = await store.append(commands)
    if (write === diesAt) throw gone()
    return outcomes
  })
  return { wrapped, hasDied: () => writes > diesAt }
}

async function live(open: OpenStore, wrap: (store: Store) => Store): Promise<void> {
  await using world = await openProposalWorld(open, 0, { wrap, onTrouble: () => undefined })
  for (const [at, kind] of DONE.entries()) {
    const id = await world.propose(kind, at)
    await world.putToTheVote(id)
    world.wait(3)
    await Promise.allSettled([world.sweep(), world.sweep(), world.execution.execute(id)])
  }
}

test.for([
  ['is not carried out', false],
  ['is carried out and not answered', true],
] as const)(
  'whatever write %s when everything ends, what was passed is carried out once',
  { timeout: TEST_MS_MAX },
  async ([, isWithin]) => {
    let deaths = 0
    for (let diesAt = 0; diesAt < WRITES_MAX; diesAt++) {
      const kept: Store[] = []
      const open: OpenStore = async (clock) => {
        // The next life goes on with the store of the one before.
        const store = kept[0] ?? openMemoryStore({ collections: COLLECTIONS, clock })
        kept[0] = store
        return { store, close: async () => undefined }
      }
      let hasDied = () => false
      await live(open, (store) => {
        const mortal = dying(store, diesAt, isWithin)
        hasDied = mortal.hasDied
        return mortal.wrapped
      }).catch(() => undefined)
      await expectOnce(open, HOURS_A_LIFE)
      if (!hasDied()) break
      deaths++
    }
    expect(deaths).toBeGreaterThan(10)
    expect(deaths).toBeLessThan(WRITES_MAX)
  },
)

test('what was carried out and not answered counts in the same life, as soon as it is told of', async () => {
  let isLost = false
  const lose = (store: Store) =>
    withAppend(store, async (commands) => {
      const outcomes = await store.append(commands)
      const types = commands.flatMap(({ records }) => records.map(({ type }) => type))
      if (isLost && types.some((type) => LOST.has(type))) throw new CascadeError('UNAVAILABLE', 'No answer came.')
      return outcomes
    })
  const open: OpenStore = async (clock) => ({
    store: openMemoryStore({ collections: COLLECTIONS, clock }),
    close: async () => undefined,
  })
  await using world = await openProposalWorld(open, 0, { wrap: lose, onTrouble: () => undefined })
  const before = world.policies.bundle.digest
  isLost = true
  for (const kind of ['configuration_change', 'constitution_amendment'] as const) {
    await world.putToTheVote(await world.propose(kind, 55))
    for (const hours of [2, 2]) {
      world.wait(hours)
      expect((await world.sweep()).troubles).toEqual([])
    }
  }
  expect(world.live.loaded.config.memory.min_trust).toBe(55)
  expect(world.policies.bundle.digest).not.toBe(before)
  expect(world.policies.active.digest).toBe(world.policies.bundle.digest)
})
