import { keepCheckpoint } from './checkpoint-rows.ts'
import { BUSY, IDLE, installWork, stagePages } from './lexical/index.ts'
import { Maintenance } from './maintenance.ts'
import { loadSlots, openSession } from './open-session.ts'
import { unpackCommands } from './packed-commands.ts'
import { packOutcomes } from './packed-outcomes.ts'
import { PageSweep } from './page-sweep.ts'
import { rebuildWords } from './rebuild-words.ts'
import { scrubStep } from './scrub.ts'
import { serveThread } from './serve-thread.ts'
import { writeBatch } from './write-batch.ts'
import type { WriteSession } from './write-session.ts'
import { PAGE_BYTES, type WriterNotice, type WriterOperations } from './writer-operations.ts'

// The thread is started before it is known which folder it will write: it loads its code meanwhile.
let session: WriteSession | undefined
let maintenance: Maintenance | undefined
/** Whether somebody was told that a segment can be made, and none came since. */
let isWordsTold = false
let sweep: PageSweep | undefined
/** Index of the newest leaf. */
let head: BigInt64Array | undefined

serveThread<WriterOperations>(
  ({ notify }) => ({
    open: (data) => {
      head = new BigInt64Array(data.head)
      const tell = (notice: WriterNotice): void => notify(notice)
      session = openSession(data, {
        announce: (space) => tell({ kind: 'space', space }),
        onTrouble: (message) => tell({ kind: 'trouble', message }),
        onUpgrade: (backup) => tell({ kind: 'upgraded', backup }),
      })
      isWordsTold = false
      publishHead(session)
    },
    load: () => {
      const loading = opened()
      loadSlots(loading)
      maintenance = new Maintenance(loading)
      if (loading.texts.pending() >= IDLE.buildFromChanges) notify({ kind: 'words' } satisfies WriterNotice)
    },
    write: (commands, now) => {
      const writing = opened()
      maintenance?.postpone()
      const outcomes = writeBatch(writing, unpackCommands(commands), now)
      maintenance?.wrote(now)
      if (writing.hasErased) tellErased()
      writing.hasErased = false
      publishHead(writing)
      if (!isWordsTold && writing.texts.pending() >= BUSY.buildFromChanges) {
        isWordsTold = true
        notify({ kind: 'words' } satisfies WriterNotice)
      }
      return packOutcomes(outcomes)
    },
    stagePages: ({ segment, from, bodies }) => {
      maintenance?.postpone()
      stagePages(opened().database, segment, from, bodies)
    },
    installWork: (work) => {
      maintenance?.postpone()
      isWordsTold = false
      return installWork(opened().database, work)
    },
    rebuildWords: () => {
      maintenance?.postpone()
      return rebuildWords(opened())
    },
    scrub: (from, now) => {
      const writing = opened()
      maintenance?.postpone()
      sweep ??= new PageSweep(writing.database.file, PAGE_BYTES)
      const step = scrubStep(writing, sweep, from, now)
      if (from === 1) tellErased()
      return step
    },
    growTree: () => {
      maintenance?.postpone()
      return opened().tree.grow()
    },
    regrowTree: () => {
      maintenance?.postpone()
      opened().tree.forget()
      tellErased()
    },
    keepCheckpoint: (checkpoint, after) => {
      maintenance?.postpone()
      keepCheckpoint(opened().database, checkpoint, after)
    },
    indexState: () => ({ slots: opened().slots.count(), sequence: opened().leaves.tail.index }),
    cut: (now) => {
      opened().cutter?.cut(now)
      return opened().cutter?.state
    },
    beginChain: () => opened().cutter?.begin(),
    beginGeneration: (now) => opened().cutter?.beginGeneration(now),
    close: (now) => {
      maintenance?.stop()
      session?.cutter?.cut(now)
      session?.database.close()
      session?.cutter?.folded()
      session?.cutter?.[Symbol.dispose]()
      sweep?.[Symbol.dispose]()
    },
  }),
  { afterCall: () => maintenance?.resume() },
)

function opened(): WriteSession {
  if (!session) throw new Error('the writer is asked before it is open')
  return session
}

// After COMMIT and after the slots: who sees this head sees all that belongs to it.
function publishHead({ leaves }: WriteSession): void {
  if (head) Atomics.store(head, 0, BigInt(leaves.tail.index))
}

/** Readers drop what they remember of rows; after COMMIT, so that what they read anew is without it. */
function tellErased(): void {
  if (head) Atomics.add(head, 1, 1n)
}
