import { expect, test } from 'vitest'
import { CascadeError, systemRandom } from '#base'
import { EMERGENCY_COLLECTION, Emergency } from '#governance'
import { appendMinted } from '#store'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createStaticSoftMatcher } from '../../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../../adapters/models/static/static-table.ts'
import { withAppend } from '../../../platform/store/testing/with-append.ts'
import { commandId, createTestClock, grantOf } from '../../../platform/store/testing.ts'
import type { Store } from '../../store.ts'
import { IMPORT_TEST_COLLECTIONS, openImportWorld, requestOf, TestFolder } from './testing.ts'

test('an import that all work is stopped with says why, keeps what is durable and is continued as the same job', async () => {
  using folder = new TestFolder()
  for (let n = 0; n < 200; n++) folder.write(`note-${n}.md`, `# Note ${n}\n\nText of note ${n}.`)
  const world = await openImportWorld()
  const started = await world.imports.start(world.call(), requestOf(folder.path))
  const head = world.store.head()
  await expect.poll(() => world.store.head()).toBeGreaterThan(head + 70)
  world.imports.interrupt(new CascadeError('EMERGENCY_ACTIVE', 'An emergency is on.'))
  const job = await started.done
  expect(job).toMatchObject({ state: 'interrupted', problem: 'An emergency is on.' })
  expect(job.imported).toBeLessThan(200)
  expect(await world.run(folder.path)).toMatchObject({ id: job.id, state: 'completed', imported: 200, problem: null })
})

test('in an emergency nothing of an import is written any more but that it was interrupted', async () => {
  using folder = new TestFolder()
  for (let n = 0; n < 200; n++) folder.write(`note-${n}.md`, `# Note ${n}\n\nText of note ${n}.`)
  const time = createTestClock()
  const matcher = createStaticSoftMatcher(sharedStaticTable())
  const collections = [...IMPORT_TEST_COLLECTIONS, EMERGENCY_COLLECTION]
  const whole = await openMemoryStore({ collections, clock: time.clock, matcher })
  const emergency = await Emergency.open({
    ...{ store: whole, clock: time.clock, random: systemRandom },
    ...{ listLifters: async () => [], isFileThere: () => false },
  })
  emergency.enforce()
  const append: Store['append'] = (commands) => whole.append(commands)
  const store = withAppend(whole, (commands) => appendMinted(commands, append, (one) => emergency.refusal(one)))
  const world = await openImportWorld({ store })
  using _ = emergency.whenRaised((reason) => world.imports.interrupt(reason))
  const started = await world.imports.start(world.call(), requestOf(folder.path))
  const head = world.store.head()
  await expect.poll(() => world.store.head()).toBeGreaterThan(head + 70)
  const grant = grantOf('emergency.raise')
  await emergency.raise({ grant, command: { id: commandId() } }, 'out of hand')
  const stopped = world.store.head()
  const job = await started.done
  expect(job).toMatchObject({ state: 'interrupted', problem: expect.stringContaining('out of hand') })
  expect(await world.imports.get(job.id)).toEqual(job)
  const since = await world.store.changesSince(stopped, 1000)
  expect(since.at(-1)?.leaf.type).toBe('import.interrupted')
})
