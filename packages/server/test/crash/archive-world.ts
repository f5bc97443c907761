import { join } from 'node:path'
import type { ObjectStore } from '#archive'
import { createUuidV7, systemClock, systemRandom } from '#base'
import type { Subject } from '#identity'
import { ErasureFolder } from '../../src/adapters/files/erasure-files.ts'
import { createStaticEmbedder } from '../../src/adapters/models/static/static-embedder.ts'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { COLLECTIONS } from '../../src/collections.ts'
import { Archives } from '../../src/domain/capsules/archive/archives.ts'
import { Erasures } from '../../src/domain/capsules/keeping/erasures.ts'
import { Subjects } from '../../src/domain/identity/subjects.ts'
import type { Store } from '../../src/domain/store.ts'
import { commandId, grantOf, TEST_SUBJECT } from '../../src/platform/store/testing.ts'

const ADMIN: Subject = {
  id: TEST_SUBJECT,
  kind: 'person',
  name: 'administrator',
  roles: ['administrator'],
  trust: 100,
  owner: null,
  active: true,
  createdAt: 0,
}
const grantSubject = () => grantOf('subject.create')

/** A store of a folder with its archives and erasures, as an instance puts them together. */
export async function openArchiveWorld(
  directory: string,
  objects: ObjectStore,
  wrap: (store: Store) => Store = (store) => store,
) {
  const clock = systemClock
  const newId = createUuidV7(clock, systemRandom)
  const sqlite = await openSqliteStore({ directory, collections: COLLECTIONS, readers: 1, clock })
  const store = wrap(sqlite)
  const subjects = new Subjects({ store, clock, newId })
  const context = { store, subjects, clock, newId, random: systemRandom, embedder: createStaticEmbedder() }
  const archives = new Archives({ context, objects, compressionLevel: 1 })
  const grant = () => grantOf('capsule.erase', { reach: 'lines' })
  const files = new ErasureFolder(join(directory, 'erasures'), [])
  const erasures = new Erasures({ context, files, vaults: [archives.vault(grant)], forget: () => undefined })
  await erasures.resume(grant)
  const erase = (capsule: string) => {
    const call = { grant: grant(), subject: ADMIN, command: { id: commandId() }, grantSubject }
    return erasures.erase(call, { target: { kind: 'capsule', capsule }, legalBasis: 'gdpr-17' })
  }
  return { archives, store, erase, [Symbol.asyncDispose]: () => sqlite[Symbol.asyncDispose]() }
}
