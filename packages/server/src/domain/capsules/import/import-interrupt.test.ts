import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import { openImportWorld, requestOf, TestFolder } from './testing.ts'

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
