import { openSession } from '../../packages/server/src/adapters/sqlite/open-session.ts'
import type { WriteSession } from '../../packages/server/src/adapters/sqlite/write-session.ts'
import { makeFolder, systemClock } from '../../packages/server/src/base/index.ts'
import { GovernanceGate, requireGrant } from '../../packages/server/src/domain/governance/index.ts'
import { founderOf } from '../../packages/server/src/domain/identity/index.ts'
import { makeTrustRecord, newId } from './records.ts'

/** Entries that one transaction writes. */
const ENTRIES_AT_ONCE = 5000

/** Entries without anything in them, which are in no chain: their hashes are random. */
const BARE_ENTRIES = `
  WITH RECURSIVE entry (at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM entry WHERE at + 1 < ?)
  INSERT INTO leaves (sequence, text, hash, category, type, actor, subject, correlation)
  SELECT at, '{"time":"2000-01-01T00:00:00.000Z"}', randomblob(32), 0, 0, 0, 0, 0 FROM entry`

/** Opens a new folder for writing, in this thread and past the use cases. */
export function openEmpty(directory: string): WriteSession {
  makeFolder(directory)
  return openSession({ directory, collections: [], compressionLevel: 0, eventSource: '/bench', pagesMax: 0 })
}

/** Writes so many entries of which a tree can be made, and nothing else. */
export function writeBareEntries({ database }: WriteSession, count: number): void {
  database.transaction(() => database.run(BARE_ENTRIES, count))
}

/** Writes so many entries as the writer of a store does, each following from the one before. */
export function writeEntries(session: WriteSession, count: number): void {
  const gate = new GovernanceGate({ clock: systemClock, newId })
  const subject = founderOf(newId(), systemClock())
  const grant = requireGrant(
    gate.decide({ action: 'capsule.create', resource: '*', subject, correlationId: newId(), reach: 'lines' }),
  )
  for (let written = 0; written < count; written += ENTRIES_AT_ONCE) {
    session.database.transaction(() => {
      for (let at = written; at < Math.min(count, written + ENTRIES_AT_ONCE); at++) {
        const id = newId().replaceAll('-', '')
        session.leaves.write({ id, grant, changes: [], records: [makeTrustRecord()], events: [] }, systemClock())
      }
    })
    session.names.committed()
  }
}
