import { randomBytes, randomUUID } from 'node:crypto'
import { createUuidV7, systemClock, systemRandom } from '#base'
import { createBootstrapGate } from '#governance'
import type { Subject } from '#identity'
import type { CheckpointMirror } from '#ledger'
import type { Command } from '#store'
import { openLedgerKey } from '../../src/adapters/files/ledger-key.ts'
import { createMirrorFolder } from '../../src/adapters/files/mirror-folder.ts'
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/adapters/sqlite/index.ts'
import { LOG_COLLECTION } from '../../src/edge/jobs/log-identity.ts'
import { type OpenLogOptions, openLog, type SigningLog } from '../../src/edge/jobs/open-log.ts'
import { mintGrant } from '../../src/platform/store/mint-grant.ts'
import { asRecord } from '../../src/platform/store/testing/as-record.ts'

const ADMIN: Subject = {
  id: '01900000-0000-7000-8000-000000000001',
  kind: 'person',
  name: 'administrator',
  roles: ['administrator'],
  trust: 100,
  createdAt: 0,
}

export interface LogPlaces {
  /** The data folder. */
  readonly directory: string
  /** Folder of the mirrored checkpoints; undefined for a log without. */
  readonly mirror: string | undefined
}

export interface LogWorldOptions {
  readonly store?: Partial<SqliteStoreOptions>
  readonly wrapStore?: (store: SqliteStore) => OpenLogOptions['store']
  /** Nothing is signed but when `sign` is called: the test says when. */
  readonly isStill?: boolean
  readonly wrapMirror?: (mirror: CheckpointMirror) => CheckpointMirror
}

export interface LogWorld extends AsyncDisposable {
  readonly store: SqliteStore
  readonly log: SigningLog
  /** What the log was in trouble with. */
  readonly troubles: readonly string[]
}

/** The store of a folder with its signed log, as an instance puts them together. */
export async function openLogWorld(
  { directory, mirror }: LogPlaces,
  {
    store: settings = {},
    isStill = false,
    wrapStore = (store) => store,
    wrapMirror = (place) => place,
  }: LogWorldOptions = {},
): Promise<LogWorld> {
  const newId = createUuidV7(systemClock, systemRandom)
  const store = await openSqliteStore({ directory, collections: [LOG_COLLECTION], readers: 1, ...settings })
  const troubles: string[] = []
  try {
    const log = await openLog({
      store: wrapStore(store),
      gate: createBootstrapGate({ clock: systemClock, newId }),
      subject: ADMIN,
      newId,
      key: openLedgerKey(directory).key,
      mirror: mirror === undefined ? undefined : wrapMirror(createMirrorFolder(mirror)),
      onTrouble: (message) => troubles.push(message),
    })
    // Whoever is closed looks no more, and signs when it is told to.
    if (isStill) await log.checkpointer[Symbol.asyncDispose]()
    const close = async (): Promise<void> => {
      await log[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    }
    return { store, log, troubles, [Symbol.asyncDispose]: close }
  } catch (error) {
    await store[Symbol.asyncDispose]()
    throw error
  }
}

/** A command that changes nothing and is told of by one entry. Processes use it: `noteOf` loads a test runner. */
export function entryOf(): Command {
  const [decisionId, correlationId] = [randomUUID(), randomUUID()]
  const asked = { decisionId, correlationId, resource: '*', subject: ADMIN.id, reach: 'command' } as const
  const record = asRecord({
    category: 'system',
    type: 'test.happened',
    actor: ADMIN.id,
    correlationId,
    subject: 'test/1',
    digests: {},
    payload: {},
  })
  const grant = mintGrant({ ...asked, action: 'system.read' })
  return { id: randomBytes(16).toString('hex'), grant, changes: [], records: [record], events: [] }
}
