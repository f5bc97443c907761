import { join } from 'node:path'
import { backUpBeforeUpgrade } from './backup-before-upgrade.ts'
import { Database } from './database.ts'
import { removeUnfinished } from './lexical/index.ts'
import { migrate } from './migrations.ts'
import { rebuildRecordIndexes } from './record-writer.ts'
import { checkContinuity } from './shipping/continuity.ts'
import { LogCutter } from './shipping/log-cutter.ts'
import { endChain } from './shipping/shipping-folder.ts'
import { type SpaceAnnouncement, VectorSlots } from './vector-slots.ts'
import { WriteSession } from './write-session.ts'
import { DATABASE_FILE, keysIn, PAGE_BYTES, type WriterData } from './writer-operations.ts'

/** Pages kept in memory by the writer, KiB: the upper levels of every tree. */
const CACHE_KIB = 96 * 1024
/** The same while everything is read once, in order: memory that is used again costs less than memory that is new. */
const PASSING_CACHE_KIB = 2 * 1024

const PRAGMAS = (pagesMax: number): readonly string[] => [
  `page_size = ${PAGE_BYTES}`,
  'auto_vacuum = INCREMENTAL',
  'journal_mode = WAL',
  'synchronous = FULL',
  // What is deleted is overwritten: `scrub` has then little left to do.
  'secure_delete = ON',
  // Checkpoints have their own schedule, beside the commits and not in one of them.
  'wal_autocheckpoint = 0',
  'temp_store = MEMORY',
  `cache_size = -${CACHE_KIB}`,
  ...(pagesMax > 0 ? [`max_page_count = ${pagesMax}`] : []),
]

/** Where nothing is shipped a chain of before ends: what is written now is in none of its segments. */
function openCutter(
  database: Database,
  { directory, shipping }: Pick<WriterData, 'directory' | 'shipping'>,
  onTrouble: (message: string) => void,
): LogCutter | undefined {
  if (shipping) return new LogCutter(database, directory, shipping, onTrouble)
  endChain(directory)
  return undefined
}

export interface SessionObserver {
  /** Told of each vector space before anything in it is acknowledged. */
  readonly announce?: (space: SpaceAnnouncement) => void
  readonly onTrouble?: (message: string) => void
  /** Told where the store is kept as it was before its schema was changed. */
  readonly onUpgrade?: (backup: string) => void
}

/**
 * Opens the file for writing: recovers what a crash left in the log, and brings the schema up to date. `loadSlots` is to
 * follow before anything is written.
 *
 * @throws CascadeError DATA_FOLDER_NEWER; STORAGE_FULL or UNAVAILABLE when a store that is to be upgraded cannot be backed up.
 */
export function openSession(
  data: Omit<WriterData, 'head'>,
  { announce = () => undefined, onTrouble = () => undefined, onUpgrade = () => undefined }: SessionObserver = {},
): WriteSession {
  const file = join(data.directory, DATABASE_FILE)
  if (data.shipping) checkContinuity(data.directory, onTrouble)
  const database = new Database(file, {
    readOnly: false,
    pragmas: PRAGMAS(data.pagesMax),
  })
  try {
    // Nobody else writes, so there is nothing to wait for: a checkpoint that meets a reader leaves it at that.
    database.exec('PRAGMA busy_timeout = 0')
    const cutter = openCutter(database, data, onTrouble)
    migrate(database, {
      ...(data.migrations && { migrations: data.migrations }),
      backUp: (toVersion) => {
        const directory = data.backups ?? join(data.directory, 'backups')
        const keys = data.keys ?? keysIn(data.directory)
        cutter?.cut(Date.now())
        onUpgrade(backUpBeforeUpgrade(database, { file, directory, keys, toVersion, now: Date.now() }))
      },
    })
    const collections = new Map(data.collections.map(({ name, indexes }) => [name, indexes]))
    removeUnfinished(database)
    rebuildRecordIndexes(database, collections)
    return new WriteSession(database, { ...data, collections, onTrouble }, new VectorSlots(announce), cutter)
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Makes from the rows what searches find in memory; returns how many vectors there are.
 *
 * @throws CascadeError UNAVAILABLE without memory.
 */
export function loadSlots({ database, slots }: WriteSession): number {
  database.exec(`PRAGMA cache_size = -${PASSING_CACHE_KIB}`)
  const count = slots.load(database)
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
  return count
}
