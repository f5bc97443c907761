import { join } from 'node:path'
import { systemClock } from '#base'
import { TempArea } from '../../../../adapters/sources/index.ts'
import { openSqliteStore } from '../../../../adapters/sqlite/index.ts'
import { IMPORT_TEST_COLLECTIONS, openImportWorld } from '../testing.ts'

/** Imports one path into one data folder: what the kill test ends without warning. */
const [, , directory = '', path = ''] = process.argv

const store = await openSqliteStore({ directory, collections: IMPORT_TEST_COLLECTIONS, clock: systemClock })
const world = await openImportWorld({ store, temp: new TempArea(join(directory, 'tmp')) })
await world.imports.markInterrupted(world.call())
process.stdout.write('begun\n')
const job = await world.run(path)
process.stdout.write(`${JSON.stringify(job)}\n`)
await store[Symbol.asyncDispose]()
