import { BUSY, IDLE, installWork, stagePages } from './lexical/index.ts'
import { Maintenance } from './maintenance.ts'
import { openSession } from './open-session.ts'
import { unpackCommands } from './packed-commands.ts'
import { packOutcomes } from './packed-outcomes.ts'
import { rebuildWords } from './rebuild-words.ts'
import { serveThread } from './serve-thread.ts'
import { writeBatch } from './write-batch.ts'
import type { WriteSession } from './write-session.ts'
import type { WriterNotice, WriterOperations } from './writer-operations.ts'

// The thread is started before it is known which folder it will write: it loads its code meanwhile.
let session: WriteSession | undefined
let maintenance: Maintenance | undefined
/** Whether somebody was told that a segment can be made, and none came since. */
let isWordsTold = false
/** Index of the newest leaf. */
let head: BigInt64Array | undefined

serveThread<WriterOperations>(
  ({ notify }) => ({
    open: (data) => {
      head = new BigInt64Array(data.head)
      const tell = (notice: WriterNotice): void => notify(notice)
      const opened = openSession(data, {
        announce: (space) => tell({ kind: 'space', space }),
        onTrouble: (message) => tell({ kind: 'trouble', message }),
        onUpgrade: (backup) => tell({ kind: 'upgraded', backup }),
      })
      session = opened.session
      maintenance = new Maintenance(session)
      isWordsTold = false
      if (session.texts.pending() >= IDLE.buildFromChanges) tell({ kind: 'words' })
      publishHead(session)
      return { slots: opened.slots }
    },
    write: (commands, now) => {
      const writing = opened()
      maintenance?.postpone()
      const outcomes = writeBatch(writing, unpackCommands(commands), now)
      maintenance?.wrote(now)
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
