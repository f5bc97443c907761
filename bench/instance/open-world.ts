import type { Action } from '@forge-cascade/contract'
import { createLedgerKeyFiles } from '../../packages/server/src/adapters/files/ledger-key.ts'
import { createMirrorFolder } from '../../packages/server/src/adapters/files/mirror-folder.ts'
import { sharedStaticTable } from '../../packages/server/src/adapters/models/static/static-table.ts'
import { openSqliteStore, type SqliteStore } from '../../packages/server/src/adapters/sqlite/index.ts'
import { createUuidV7, systemClock, systemRandom } from '../../packages/server/src/base/index.ts'
import { COLLECTIONS } from '../../packages/server/src/collections.ts'
import { settingsOf } from '../../packages/server/src/compose-settings.ts'
import type { AskContext, Call } from '../../packages/server/src/domain/capsules/index.ts'
import { GovernanceGate, requireGrant } from '../../packages/server/src/domain/governance/index.ts'
import { founderOf, type Subject, Subjects } from '../../packages/server/src/domain/identity/index.ts'
import { openLog, openLogKeys, type SigningLog } from '../../packages/server/src/edge/jobs/index.ts'
import { loadConfig } from '../../packages/server/src/kernel/config/index.ts'

/** A store with what the use cases need of an instance, as `compose.ts` puts it together, but for the embedder. */
export interface World {
  readonly store: SqliteStore
  readonly context: Omit<AskContext, 'embedder'>
  /** A call of the administrator, good for as many commands as it is given. */
  readonly call: <A extends Action>(action: A) => Call<A>
  /** Signs the log from now on as an instance does: a key in its folder, the newest checkpoint a second time in another. */
  readonly signLog: (mirror: string) => Promise<SigningLog>
}

/** Opens a folder with the defaults alone: what the environment sets must not change what is measured. */
export async function openWorld(directory: string): Promise<World> {
  const { config } = loadConfig({ env: {}, cwd: directory })
  const { readers, group_commit_max, group_commit_ms } = config.store
  const store = await openSqliteStore({
    directory,
    collections: COLLECTIONS,
    readers,
    groupCommitMax: group_commit_max,
    groupCommitMs: group_commit_ms,
    compressionLevel: config.memory.compressionLevel,
    words: sharedStaticTable().bytes,
  })
  const newId = createUuidV7(systemClock, systemRandom)
  const gate = new GovernanceGate({ clock: systemClock, newId })
  const decide = <A extends Action>(subject: Subject, action: A) =>
    requireGrant(gate.decide({ action, resource: '*', subject, correlationId: newId(), reach: 'lines' }))
  const subjects = new Subjects({ store, clock: systemClock, newId })
  const subject = await subjects.openAdministrator((id) => decide(founderOf(id, systemClock()), 'subject.create'))
  return {
    store,
    context: { store, subjects, newId, clock: systemClock, random: systemRandom, ...settingsOf(config) },
    call: <A extends Action>(action: A): Call<A> => ({
      grant: decide(subject, action),
      subject,
      command: { id: newId().replaceAll('-', '') },
      grantSubject: () => decide(subject, 'subject.create'),
    }),
    signLog: async (mirror) => {
      const { active: key } = await openLogKeys(store.records, createLedgerKeyFiles(directory))
      return openLog({
        ...{ store, gate, subject, newId, key, mirror: createMirrorFolder(mirror) },
        onTrouble: failMeasurement,
        onRegrown: (damage) => failMeasurement(damage, undefined),
      })
    },
  }
}

/** A log that could not be signed costs less than one that was. */
function failMeasurement(message: string, cause: unknown): never {
  throw new Error(message, { cause })
}
