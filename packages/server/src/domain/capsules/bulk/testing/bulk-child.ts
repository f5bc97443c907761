/**
 * Carries out a bulk change on a store of its own until it is killed, printing how many capsules are done. Run by the test
 * of crashes: `node bulk-child.ts <folder> <token>`.
 */
import { openSqliteStore } from '../../../../adapters/sqlite/index.ts'
import { openWorld } from '../../use-cases/testing.ts'
import { bulkOf } from '../testing.ts'

const [directory = '', token = ''] = process.argv.slice(2)
const world = await openWorld((options) => openSqliteStore({ directory, readers: 1, ...options }))
process.stdout.write('begins\n')
for await (const step of bulkOf(world).steps(token))
  if ('ends' in step) process.stdout.write(`${step.ends.at(-1)?.line}\n`)
