import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CAPSULE_STATUSES } from '@forge-cascade/contract'
import type { ObjectStore } from '#archive'
import { FolderObjects } from '../../src/adapters/objects/index.ts'
import { withAppend } from '../../src/platform/store/testing/with-append.ts'
import { createSeeded, grantOf } from '../../src/platform/store/testing.ts'
import type { ArchiveLeg } from './archive-leg.ts'
import { openArchiveWorld } from './archive-world.ts'

// Written by the test. Moves capsules away and back, and erases some, until it is cut off or to its end.
const leg = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ArchiveLeg
let steps = 0

async function step<T>(work: () => Promise<T>): Promise<T> {
  if (steps++ !== leg.diesAt) return work()
  // It goes on beside, as far as it comes.
  if (leg.isWithin) void Promise.allSettled([work()])
  await pause(leg.afterMs)
  process.kill(process.pid, 'SIGKILL')
  return new Promise<never>(() => undefined)
}

function mortal(objects: ObjectStore): ObjectStore {
  return {
    place: objects.place,
    put: (name, bytes) => step(() => objects.put(name, bytes)),
    get: (name, range) => step(() => objects.get(name, range)),
    delete: (name) => step(() => objects.delete(name)),
    list: () => step(() => objects.list()),
  }
}

const objects = mortal(new FolderObjects(join(leg.directory, 'archive'), true))
await using world = await openArchiveWorld(leg.directory, objects, (store) =>
  withAppend(store, (commands) => step(() => store.append(commands))),
)
const { archives, store, erase } = world
const random = createSeeded(leg.seed)
await archives.tidy(() => grantOf('capsule.offload', { reach: 'lines' }))
for (let round = 0; round < 3; round++) {
  const { items } = await store.capsules.list({ statuses: CAPSULE_STATUSES }, { limit: 100 })
  const living = items.filter(({ status }) => status !== 'ERASED')
  const some = (share: number) => living.filter(() => random() < share).map(({ id }) => id)
  await archives.archive({ grant: grantOf('capsule.offload', { reach: 'lines' }) }, { kind: 'named', ids: some(0.5) })
  const [erased] = some(0.3)
  if (erased !== undefined) await erase(erased)
  const left = some(0.4).filter((id) => id !== erased)
  await archives.restore({ grant: grantOf('capsule.reload', { reach: 'lines' }) }, left)
}
