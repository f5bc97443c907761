import { randomBytes, randomUUID } from 'node:crypto'
import type { Action } from '@forge-cascade/contract'
import { createUuidV7, systemClock, systemRandom } from '#base'
import { GovernanceGate } from '#governance'
import type { Subject } from '#identity'
import type { CheckpointMirror } from '#ledger'
import type { Command, Grant } from '#store'
import { createLedgerKeyFiles } from '../../src/adapters/files/ledger-key.ts'
import { createMirrorFolder } from '../../src/adapters/files/mirror-folder.ts'
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/adapters/sqlite/index.ts'
import { LOG_COLLECTION, openLogKeys } from '../../src/edge/jobs/log-identity.ts'
import { type OpenLogOptions, openLog, type SigningLog } from '../../src/edge/jobs/open-log.ts'
import { mintGrant } from '../../src/platform/store/mint-grant.ts'
import { asRecord } from '../../src/platform/store/testing/as-record.ts'

export const ADMIN: Subject = {
  id: '01900000-0000-7000-8000-000000000001',
  kind: 'person',
  name: 'administrator',
  roles: ['administrator'],
  trust: 100,
  owner: null,
  active: true,
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

type KeepCheckpoint = SqliteStore['ledger']['keepCheckpoint']

/** A store as a log is opened with it, in which checkpoints are kept in another way. */
export const keepingBy = (
  store: SqliteStore,
  wrap: (keep: KeepCheckpoint) => KeepCheckpoint,
): OpenLogOptions['store'] => ({
  append: (commands) => store.append(commands),
  head: () => store.head(),
  records: store.records,
  ledger: { ...store.ledger, keepCheckpoint: wrap((checkpoint) => store.ledger.keepCheckpoint(checkpoint)) },
})

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
    const keys = await openLogKeys(store.records, createLedgerKeyFiles(directory))
    const log = await openLog({
      store: wrapStore(store),
      gate: new GovernanceGate({ clock: systemClock, newId }),
      subject: ADMIN,
      newId,
      ...{ key: keys.active, previous: keys.previous },
      mirror: mirror === undefined ? undefined : wrapMirror(createMirrorFolder(mirror)),
      onTrouble: (message) => troubles.push(message),
      onRegrown: (damage) => troubles.push(`made anew: ${damage}`),
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

/** The gate's word for the administrator. */
export function grantFor<A extends Action>(action: A): Grant<A> {
  const [decisionId, correlationId] = [randomUUID(), randomUUID()]
  return mintGrant({ decisionId, correlationId, action, resource: '*', subject: ADMIN.id, reach: 'command' })
}

/** A command that changes nothing and is told of by one entry. Processes use it: `noteOf` loads a test runner. */
export function entryOf(): Command {
  const grant = grantFor('system.read')
  const record = asRecord({
    category: 'system',
    type: 'test.happened',
    actor: ADMIN.id,
    correlationId: grant.correlationId,
    subject: 'test/1',
    digests: {},
    payload: {},
  })
  return { id: randomBytes(16).toString('hex'), grant, changes: [], records: [record], events: [] }
}
