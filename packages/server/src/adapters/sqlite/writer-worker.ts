import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { Database } from './database.ts'
import { Maintenance } from './maintenance.ts'
import { migrate } from './migrations.ts'
import { rebuildRecordIndexes } from './record-writer.ts'
import { serveThread } from './serve-thread.ts'
import { VectorSlots } from './vector-slots.ts'
import { writeBatch } from './write-batch.ts'
import { WriteSession } from './write-session.ts'
import { DATABASE_FILE, PAGE_BYTES, type WriterData, type WriterOperations } from './writer-operations.ts'

/** Pages kept in memory by the writer, KiB: the upper levels of every tree, and the bands of near-duplicates. */
const CACHE_KIB = 96 * 1024

const PRAGMAS = (pagesMax: number): readonly string[] => [
  `page_size = ${PAGE_BYTES}`,
  'auto_vacuum = INCREMENTAL',
  'journal_mode = WAL',
  'synchronous = FULL',
  // Checkpoints have their own schedule, beside the commits and not in one of them.
  'wal_autocheckpoint = 0',
  'temp_store = MEMORY',
  `cache_size = -${CACHE_KIB}`,
  ...(pagesMax > 0 ? [`max_page_count = ${pagesMax}`] : []),
]

// What the main thread hands to the constructor of the worker.
const data = workerData as WriterData
const head = new BigInt64Array(data.head)

let session: WriteSession | undefined
let maintenance: Maintenance | undefined

serveThread<WriterOperations>(
  ({ notify }) => ({
    open: () => {
      const database = new Database(join(data.directory, DATABASE_FILE), {
        readOnly: false,
        pragmas: PRAGMAS(data.pagesMax),
      })
      // Nobody else writes, so there is nothing to wait for: a checkpoint that meets a reader leaves it at that.
      database.exec('PRAGMA busy_timeout = 0')
      migrate(database)
      const collections = new Map(data.collections.map(({ name, indexes }) => [name, indexes]))
      rebuildRecordIndexes(database, collections)
      const slots = new VectorSlots((space) => notify({ space }))
      const count = slots.load(database)
      session = new WriteSession(database, { ...data, collections }, slots)
      session.bands.load(database)
      maintenance = new Maintenance(session)
      publishHead(session)
      return { slots: count }
    },
    write: (commands, now) => {
      const open = opened()
      maintenance?.postpone()
      const outcomes = writeBatch(open, commands, now)
      maintenance?.wrote(now)
      publishHead(open)
      return outcomes
    },
    countSlots: () => opened().slots.count(),
    close: () => {
      maintenance?.stop()
      session?.database.close()
    },
  }),
  { afterCall: () => maintenance?.resume() },
)

function opened(): WriteSession {
  if (!session) throw new Error('the writer is asked before it is open')
  return session
}

// After COMMIT and after the slots: who sees this head sees all that belongs to it.
const publishHead = ({ leaves }: WriteSession): void => {
  Atomics.store(head, 0, BigInt(leaves.tail.index))
}
