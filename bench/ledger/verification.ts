import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publishToFolder } from '../../packages/server/src/adapters/files/published-folder.ts'
import type { SqliteStore } from '../../packages/server/src/adapters/sqlite/index.ts'
import type { SigningLog } from '../../packages/server/src/edge/jobs/index.ts'
import { formatVerifierKey, verifyLog } from '../../packages/server/src/platform/ledger/index.ts'
import { findLedgerVerifier, NO_LEDGER_VERIFIER } from '../../tools/ledger-verifier/verifier.ts'
import type { BenchContext } from '../bench-context.ts'
import { openWorld } from '../instance/open-world.ts'
import { inTurns, ratioOf } from '../measure/in-turns.ts'
import { openEmpty, writeEntries } from './filled-store.ts'

/** One entry of so many in the tree: a verification looks at every byte of each. */
const SHARE = 20
const ROUNDS_MAX = 3

/** Verification of a whole log in its store and, by turns, of the same log published to a folder by a program of others. */
export async function measureVerification({ report, options }: BenchContext, folder: string): Promise<void> {
  const directory = join(folder, 'verified')
  report.progress(`a log of ${options.leaves / SHARE} records`)
  fill(directory, options.leaves / SHARE)
  const { store, signLog } = await openWorld(directory)
  await using _ = store
  await using log = await signLog(join(folder, 'verified-mirror'))
  const size = (await log.checkpointer.sign()).size.toLocaleString('en')
  const ours = () => verifyStore(store, log)
  const program = findLedgerVerifier()
  const rounds = Math.min(options.rounds, ROUNDS_MAX)
  const theirs = program === undefined ? noProgram : await publish(program, store, log, join(folder, 'published'))
  const turns = await inTurns(rounds, theirs, ours)
  report.rate(
    `verification of a log of ${size} records`,
    turns.map(([, rate]) => rate),
    'records',
  )
  if (program === undefined) return report.note('  the same by golang.org/x/mod', `not built: ${NO_LEDGER_VERIFIER}`)
  report.rate(
    '  the same, published, by golang.org/x/mod',
    turns.map(([rate]) => rate),
    'records',
  )
  report.value(
    '  verification beside golang.org/x/mod',
    ratioOf(turns, (rate) => rate),
    '×',
  )
}

/** Takes the turns of a program that is not there. */
const noProgram = async (): Promise<number> => Number.NaN

function fill(directory: string, count: number): void {
  const session = openEmpty(directory)
  try {
    writeEntries(session, count)
  } finally {
    session.database.close()
  }
}

/** Records a second. @throws Error unless the log is found to be sound. */
async function verifyStore(store: SqliteStore, { origin, keys }: SigningLog): Promise<number> {
  const startedAt = performance.now()
  const verdict = await verifyLog({ ledger: store.ledger, head: store.head(), origin, keys })
  const seconds = (performance.now() - startedAt) / 1000
  if (!verdict.valid) throw new Error(`the log was found to be damaged: ${verdict.reason}`)
  return verdict.size / seconds
}

/** Publishes the log; answers what has the program verify it, and tells how many records a second the program says it did. */
async function publish(
  program: string,
  { ledger }: SqliteStore,
  { checkpointer, keys }: SigningLog,
  folder: string,
): Promise<() => Promise<number>> {
  await publishToFolder({ ledger, checkpoint: checkpointer.last ?? (await checkpointer.sign()) }, folder)
  const keyFile = `${folder}.keys`
  writeFileSync(keyFile, `${keys.map(formatVerifierKey).join('\n')}\n`)
  return async () => {
    const { stdout } = await promisify(execFile)(program, ['-json', folder, keyFile])
    // What the program prints is in the README beside it; a log that it rejects ends the call with an error.
    return (JSON.parse(stdout) as { readonly entries_per_second: number }).entries_per_second
  }
}
