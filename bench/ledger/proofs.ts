import { join } from 'node:path'
import { Database } from '../../packages/server/src/adapters/sqlite/database.ts'
import { DATABASE_FILE } from '../../packages/server/src/adapters/sqlite/store-file.ts'
import { TreeReader } from '../../packages/server/src/adapters/sqlite/tree-reader.ts'
import { type Hash, verifyInclusion } from '../../packages/server/src/platform/ledger/index.ts'
import type { BenchContext } from '../bench-context.ts'
import { createRandom } from '../data/random.ts'
import { openWorld } from '../instance/open-world.ts'
import { medianOf, quantilesOf, timeEach } from '../measure/quantiles.ts'
import { openEmpty, writeBareEntries } from './filled-store.ts'

/** Proofs of one round. */
const PROOFS = 1000
/** What a reader's connection is opened with, in `reader-worker.ts`. */
const READER_PRAGMAS = ['query_only = ON', 'temp_store = MEMORY', 'cache_size = -49152', 'mmap_size = 2147418112']

type Prove = (index: number) => Promise<readonly Hash[]>

/** How fast a tree grows, and how fast a proof comes out of it once it is large. */
export async function measureProofs(context: BenchContext, folder: string): Promise<void> {
  const { report, options } = context
  const size = options.leaves
  const [directory, entries] = [join(folder, 'proofs'), size.toLocaleString('en')]
  report.progress(`a tree of ${entries} entries`)
  report.rate(`the tree, grown to ${entries} entries`, growTree(directory, size), 'entries')
  const database = new Database(join(directory, DATABASE_FILE), { readOnly: true, pragmas: READER_PRAGMAS })
  try {
    const reader = new TreeReader(database)
    const prove: Prove = async (index) => database.snapshot(() => reader.inclusion(index, size))
    await assertProven(database, reader.root(size), size, prove)
    const times = await timeProofs(context, prove)
    report.times('inclusion proof, in the thread that reads', times, 'inclusionProof')
  } finally {
    database.close()
  }
  await using store = (await openWorld(directory)).store
  const { ledger } = store
  report.times(
    'inclusion proof, asked of the store',
    await timeProofs(context, (index) => ledger.proveInclusion(index, size)),
  )
}

/** Entries a second. */
function growTree(directory: string, size: number): number {
  const session = openEmpty(directory)
  try {
    writeBareEntries(session, size)
    const startedAt = performance.now()
    while (session.tree.grow() < size);
    return (size * 1000) / (performance.now() - startedAt)
  } finally {
    session.database.close()
  }
}

/** Each proof is of an entry that is drawn: most of them lie below a tile that is not in memory. */
async function timeProofs({ options }: BenchContext, prove: Prove) {
  const random = createRandom(options.seed)
  const rounds = []
  for (let round = 0; round <= options.rounds; round++) {
    const indexes = Array.from({ length: PROOFS }, () => Math.floor(random() * options.leaves))
    rounds.push(quantilesOf(await timeEach(indexes, prove)))
  }
  return medianOf(rounds.slice(1))
}

/** @throws Error when what is timed proves nothing. */
async function assertProven(database: Database, root: Hash, size: number, prove: Prove): Promise<void> {
  for (const index of [0, Math.floor(size / 2), size - 1]) {
    const { hash } = database.get<{ hash: Hash }>('SELECT hash FROM leaves WHERE sequence = ?', index)!
    if (verifyInclusion({ index, size, leafHash: hash, root, proof: await prove(index) })) continue
    throw new Error(`entry ${index} of ${size} was not proved`)
  }
}
