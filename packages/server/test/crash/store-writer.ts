// A process that owns a store and writes into it until it is killed: node store-writer.ts <folder> <seed> [in flight]. Prints
// `open` when the store answers, then a line of JSON for each receipt.
import { randomBytes } from 'node:crypto'
import { flushCompileCache } from 'node:module'
import { createUuidV7, systemRandom } from '#base'
import { openSqliteStore } from '../../src/adapters/sqlite/index.ts'
import { CrashWriter } from './crash-writer.ts'
import type { Ack } from './workload.ts'

const [directory = '', seed = '1', inFlight = '64'] = process.argv.slice(2)
const lanes = Number(inFlight)
const store = await openSqliteStore({ directory, collections: [], readers: 1 })
// Whoever is killed never writes its compiled sources where the next process would find them.
flushCompileCache()
const tell = (line: string) => process.stdout.write(`${line}\n`)
tell('open')
await Promise.all(Array.from({ length: lanes }, (_, lane) => writeForever(Number(seed) * lanes + lane)))

async function writeForever(seedOfLane: number): Promise<never> {
  const writer = new CrashWriter(store, seedOfLane, createUuidV7(Date.now, systemRandom))
  for (;;) {
    const { step, command } = writer.next(randomBytes(16).toString('hex'))
    const [outcome] = await store.append([command])
    if (!outcome?.ok) throw outcome?.error ?? new Error('a command has no outcome')
    writer.note(step)
    tell(JSON.stringify({ command: command.id, sequence: outcome.receipt.sequence, step } satisfies Ack))
  }
}
