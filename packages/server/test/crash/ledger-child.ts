import crypto from 'node:crypto'
import fs from 'node:fs'
import { flushCompileCache, syncBuiltinESMExports } from 'node:module'
import type { CheckpointMirror, LedgerStore } from '#ledger'
import type { SqliteStore } from '../../src/adapters/sqlite/index.ts'
import type { OpenLogOptions } from '../../src/edge/jobs/open-log.ts'
import type { LedgerLeg, LedgerLine, Point } from './ledger-leg.ts'
import { entryOf, openLogWorld } from './ledger-world.ts'

// Written by the test. Appends to the log of a folder and signs it until it is cut off.
const leg = JSON.parse(process.argv[2] ?? '') as LedgerLeg
const STOPPED = new Int32Array(new SharedArrayBuffer(4))

let visits = 0

function tell(line: LedgerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Dies here if this is where. */
function pass(point: Point): void {
  if (leg.death?.point !== point || visits++ !== leg.death.number) return
  process.kill(process.pid, 'SIGKILL')
  // Not a step further, however long the signal takes.
  Atomics.wait(STOPPED, 0, 0)
}

async function between<T>(before: Point, after: Point, work: () => Promise<T>): Promise<T> {
  pass(before)
  const result = await work()
  pass(after)
  return result
}

// Files get their names, and notes their signatures, by functions of Node that no port stands before.
const { renameSync } = fs
const { sign } = crypto
fs.renameSync = (from, to) => {
  const [isKey, isMirror] = [String(to).endsWith('.key'), String(to).endsWith('.checkpoint')]
  if (isKey) pass('before the key has its name')
  if (isMirror) pass('before the draft of the mirror has its name')
  renameSync(from, to)
  if (isKey) pass('after the key has its name')
}
Object.assign(crypto, {
  sign: (...[algorithm, data, key]: Parameters<typeof sign>) => {
    pass('before the signature')
    const signature = sign(algorithm, data, key)
    pass('after the signature')
    return signature
  },
})
syncBuiltinESMExports()

const wrapLedger = (ledger: LedgerStore): LedgerStore => ({
  ...ledger,
  grow: () => between('before the tree grows', 'after the tree has grown', () => ledger.grow()),
  keepCheckpoint: (checkpoint) =>
    between('before the checkpoint is kept', 'after the checkpoint is kept', () => ledger.keepCheckpoint(checkpoint)),
})

const wrapStore = (store: SqliteStore): OpenLogOptions['store'] => ({
  append: (commands) => between('before an append', 'after an append', () => store.append(commands)),
  head: () => store.head(),
  ledger: wrapLedger(store.ledger),
  records: store.records,
})

const wrapMirror = (mirror: CheckpointMirror): CheckpointMirror => ({
  ...mirror,
  write: (origin, note) =>
    between('before the mirror is written', 'after the mirror is written', () => mirror.write(origin, note)),
})

const world = await openLogWorld(leg, { wrapStore, wrapMirror })
// Whoever is killed never writes its compiled sources where the next process would find them.
flushCompileCache()
const store = wrapStore(world.store)
tell({ kind: 'open' })
for (;;) {
  for (const { entries, signs } of leg.steps) {
    await Promise.all([append(entries), ...(signs === 'beside' ? [signAndTell()] : [])])
    if (signs === 'after') await signAndTell()
  }
}

async function append(count: number): Promise<void> {
  const outcomes = await store.append(Array.from({ length: count }, entryOf))
  const sequences = outcomes.map((outcome) => {
    if (!outcome.ok) throw outcome.error
    return outcome.receipt.sequence
  })
  const entries = await world.store.ledger.range(Math.min(...sequences), count)
  for (const { leaf, hash } of entries) tell({ kind: 'entry', sequence: leaf.index, hash })
}

async function signAndTell(): Promise<void> {
  const { note } = await world.log.checkpointer.sign()
  tell({ kind: 'checkpoint', note })
}
