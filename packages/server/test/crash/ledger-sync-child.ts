import { rmSync, writeFileSync } from 'node:fs'
import { isCascadeError } from '#base'
import type { LedgerLine } from './ledger-leg.ts'
import { entryOf, openLogWorld } from './ledger-world.ts'

// Written by the test, which lets every sync of the write-ahead log fail while the file `flag` is there.
const [directory = '', mirror = '', flag = '', isKilled = ''] = process.argv.slice(2)
await using world = await openLogWorld({ directory, mirror }, { isStill: true })
const { store, log } = world
const tell = (line: LedgerLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

await append(300)
await sign()
for (let time = 0; time < 3; time++) {
  await append(20)
  writeFileSync(flag, '')
  // First what is signed fails, then also what is written.
  await sign()
  await append(7)
  await sign()
  if (isKilled !== '') process.kill(process.pid, 'SIGKILL')
  rmSync(flag)
  await append(300)
  await sign()
}

async function append(count: number): Promise<void> {
  const outcomes = await store.append(Array.from({ length: count }, entryOf))
  for (const outcome of outcomes) {
    if (!outcome.ok) tell({ kind: 'refused', code: outcome.error.code })
    else {
      const { sequence } = outcome.receipt
      tell({ kind: 'entry', sequence, hash: (await store.ledger.find(sequence))?.hash ?? '' })
    }
  }
}

async function sign(): Promise<void> {
  try {
    tell({ kind: 'checkpoint', note: (await log.checkpointer.sign()).note })
  } catch (error) {
    if (!isCascadeError(error)) throw error
    tell({ kind: 'refused', code: error.code })
  }
}
