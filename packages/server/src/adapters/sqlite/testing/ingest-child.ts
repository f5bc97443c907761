/**
 * Opens the store alone and creates capsules until it is killed, printing the id of each once it has its receipt. Run by
 * the test of crashes: `node ingest-child.ts <folder> <seed>`.
 */
import { TEST_COLLECTIONS } from '../../../platform/store/testing.ts'
import { openSqliteStore } from '../index.ts'
import { ingestUntilKilled } from './crash-drafts.ts'

const CLIENTS = 4

const [directory = '', seed = '1'] = process.argv.slice(2)
const store = await openSqliteStore({ directory, collections: TEST_COLLECTIONS, readers: 1 })
process.stdout.write('open\n')

await ingestUntilKilled(store, Number(seed), CLIENTS)
