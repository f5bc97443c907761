/**
 * Opens the store, creates capsules until it is killed and prints the id of each once it has its receipt, while the log is
 * cut and shipped all the time. Run by the test of killed shippers: `node ship-child.ts <data> <target> <keys> <seed>`.
 */
import { TEST_COLLECTIONS } from '../../../platform/store/testing.ts'
import { openSqliteStore } from '../index.ts'
import { ingestUntilKilled } from './crash-drafts.ts'

const CLIENTS = 3

const [directory = '', target = '', keys = '', seed = '1'] = process.argv.slice(2)
const shipping = { target, everyMs: 5, keepMs: 2 ** 40, bytes: 64 * 1024, waitingBytesMax: 2 ** 30 }
const store = await openSqliteStore({ directory, collections: TEST_COLLECTIONS, readers: 1, keys, shipping })
// From the first base on the log is shipped.
await store.ship()
process.stdout.write('open\n')

await ingestUntilKilled(store, Number(seed), CLIENTS)
