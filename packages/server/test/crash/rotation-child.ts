import fs from 'node:fs'
import { flushCompileCache, syncBuiltinESMExports } from 'node:module'
import { createLedgerKeyFiles } from '../../src/adapters/files/ledger-key.ts'
import { LogKeys } from '../../src/edge/jobs/log-keys.ts'
import { entryOf, grantFor, type LogPlaces, openLogWorld } from './ledger-world.ts'

/** What a process is to do: change keys and retire them, until it comes to the step at which it is cut off. */
export interface RotationLeg extends LogPlaces {
  /** Steps that leave something durable, from 0, counted once the log is open. */
  readonly dieBefore: number
  /** Its clock, in milliseconds: later than that of each process before. */
  readonly now: number
}

// Written by the test.
const leg = JSON.parse(process.argv[2] ?? '') as RotationLeg
const STOPPED = new Int32Array(new SharedArrayBuffer(4))
const DAY_MS = 24 * 3_600_000

let steps = -1

/** Dies here if this is the step. */
function step(): void {
  if (steps === -1 || steps++ !== leg.dieBefore) return
  process.kill(process.pid, 'SIGKILL')
  // Not a step further, however long the signal takes.
  Atomics.wait(STOPPED, 0, 0)
}

// Files get and lose their names by functions of Node that no port stands before.
const { renameSync, rmSync } = fs
fs.renameSync = (from, to) => {
  step()
  renameSync(from, to)
}
fs.rmSync = (path, options) => {
  step()
  rmSync(path, options)
}
syncBuiltinESMExports()

const world = await openLogWorld(leg, {
  isStill: true,
  wrapStore: (store) => ({
    append: (commands) => {
      step()
      return store.append(commands)
    },
    head: () => world.store.head(),
    records: store.records,
    ledger: {
      ...store.ledger,
      keepCheckpoint: (checkpoint) => {
        step()
        return store.ledger.keepCheckpoint(checkpoint)
      },
    },
  }),
})
let { now } = leg
const keys = new LogKeys({
  signed: world.log,
  store: {
    append: (commands) => {
      step()
      return world.store.append(commands)
    },
    head: () => world.store.head(),
    receipt: (id) => world.store.receipt(id),
    records: world.store.records,
  },
  files: createLedgerKeyFiles(leg.directory),
  clock: () => now,
  newId: () => crypto.randomUUID(),
  grant: () => grantFor('ledger.sign'),
  log: { debug: tell, info: tell, warn: tell, error: tell },
  every: () => ({ [Symbol.dispose]: () => undefined }),
})
// Whoever is killed never writes its compiled sources where the next process would find them.
flushCompileCache()
// One that the process before left in the middle of a change is over first.
await keys.retireWhenDue()
await world.store.append([entryOf()])
steps = 0
for (;;) {
  const command = { id: crypto.randomUUID().replaceAll('-', '') }
  await keys.rotate({ command, grant: grantFor('ledger.rotate') }, 30)
  say((await world.log.checkpointer.sign()).note)
  now += 31 * DAY_MS
  await keys.retireWhenDue()
  await world.store.append([entryOf()])
  say((await world.log.checkpointer.sign()).note)
}

function say(note: string): void {
  process.stdout.write(`${JSON.stringify(note)}\n`)
}

function tell(message: string): void {
  process.stderr.write(`${message}\n`)
}
