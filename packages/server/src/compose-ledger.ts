import { homedir } from 'node:os'
import { join } from 'node:path'
import { toRfc3339 } from '#base'
import type { BootChunk, BootContext, HealthFinding } from '#boot'
import type { Call } from '#capsules'
import { type Config, environment } from '#config'
import { requireGrant } from '#governance'
import type { CheckpointMirror } from '#ledger'
import { openLogCosignerKey } from './adapters/files/cosigner-keys.ts'
import { createLedgerKeyFiles } from './adapters/files/ledger-key.ts'
import { createMirrorFolder } from './adapters/files/mirror-folder.ts'
import * as key from './compose-keys.ts'
import { type LedgerFrame, linksOf, notesElsewhere, openWitnesses } from './compose-witness.ts'
import {
  LedgerCheck,
  LedgerDesk,
  LogKeys,
  openLog,
  openLogCosigner,
  openLogKeys,
  type SigningLog,
} from './edge/jobs/index.ts'

/** Entries of the log whose chain is checked before anything else begins: what a crash or a bad copy would have cut. */
export const NEWEST_ENTRIES = 100

/** The key that signed the log of this folder last. */
export const findSigningKey = (directory: string) => createLedgerKeyFiles(directory).find()

/** Where the last checkpoint is kept a second time; undefined where that is switched off. */
export function mirrorOf({ ledger: { mirror, mirror_dir } }: Config): CheckpointMirror | undefined {
  return mirror ? createMirrorFolder(mirror_dir ?? stateFolder()) : undefined
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ */
function stateFolder(): string {
  const state = environment().XDG_STATE_HOME
  return join(state?.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'forge-cascade', 'checkpoints')
}

/** The parts of an instance that sign and verify its log. */
export const ledgerParts = (frame: LedgerFrame): readonly BootChunk[] => [
  {
    name: 'ledger',
    priority: 2,
    dependsOn: ['identity'],
    describe: 'compares the log with what was signed of it, and signs it as it grows',
    start: (boot) => openSignedLog(frame, boot),
  },
  {
    name: 'ledger keys',
    priority: 2,
    dependsOn: ['ledger'],
    describe: 'changes the key that signs the log, and retires the one before',
    start: (boot) => openKeys(frame, boot),
  },
  {
    name: 'witnesses',
    priority: 2,
    dependsOn: ['ledger', 'emergency'],
    describe: 'has others cosign the log, and cosigns for others',
    start: (boot) => openWitnesses(frame, boot),
  },
  {
    name: 'ledger check',
    priority: 2,
    dependsOn: ['witnesses', 'ledger keys'],
    describe: 'verifies the whole log in the background',
    start: (boot) => openCheck(frame, boot),
  },
]

async function openSignedLog({ loaded, log, health, newId }: LedgerFrame, boot: BootContext): Promise<SigningLog> {
  const { directory } = boot.get(key.FOLDER)
  const links = linksOf(loaded.config)
  const onTrouble = (message: string, cause: unknown): void => log.error(message, { cause })
  const keys = await openLogKeys(boot.get(key.STORE).records, createLedgerKeyFiles(directory))
  const opened = await openLog({
    ...{ gate: boot.get(key.GATE), subject: boot.get(key.ADMIN), store: boot.get(key.STORE), newId },
    ...{ key: keys.active, previous: keys.previous },
    mirror: boot.get(key.MIRROR),
    elsewhere: (origin) => notesElsewhere(links, directory, origin, log),
    onTrouble,
    onRegrown: (damage) => log.warn('the tree of the log was damaged, and was made anew', { reason: damage }),
  })
  boot.provide(key.LOG, opened)
  health.register('log signature', () => findingOf(opened))
  return opened
}

/** Whoever sees that the log is no longer the one that was signed has it signed no more; that is seen here. */
function findingOf({ checkpointer: { fork } }: SigningLog): HealthFinding {
  return fork === undefined
    ? { status: 'ok', detail: 'the log is signed as it grows' }
    : { status: 'failed', detail: 'nothing is signed any more: somebody holds what this log does not contain' }
}

async function openKeys({ loaded, log, clock, newId }: LedgerFrame, boot: BootContext): Promise<LogKeys> {
  const [gate, subject, signed] = [boot.get(key.GATE), boot.get(key.ADMIN), boot.get(key.LOG)]
  const asked = { action: 'ledger.sign', resource: 'ledger/keys', subject, ownWork: true } as const
  const grant = () => requireGrant(gate.decide({ ...asked, correlationId: newId() }))
  const parts = { store: boot.get(key.STORE), clock, newId, grant }
  const { directory } = boot.get(key.FOLDER)
  if (loaded.config.ledger.post_quantum) {
    const openKey = () => openLogCosignerKey(directory)
    const cosigner = await openLogCosigner({ ...parts, origin: signed.origin, openKey })
    if (cosigner) signed.cosignWith(cosigner)
    else log.warn('checkpoints get no ML-DSA-44 cosignature: this runtime has none')
  }
  const keys = new LogKeys({ ...parts, signed, files: createLedgerKeyFiles(directory), log })
  await keys.retireWhenDue()
  boot.provide(key.LOG_KEYS, keys)
  return keys
}

function openCheck({ log, health, clock, newId }: LedgerFrame, boot: BootContext): LedgerCheck {
  const [store, gate, subject] = [boot.get(key.STORE), boot.get(key.GATE), boot.get(key.ADMIN)]
  const desk = new LedgerDesk({
    log: boot.get(key.LOG),
    ledger: store.ledger,
    head: () => store.head(),
    cosigned: boot.get(key.COSIGNED),
    clock,
    checkedAtStart: NEWEST_ENTRIES,
  })
  const asked = { action: 'system.maintain', resource: 'system/ledger', subject } as const
  const grant = () => gate.retried({ ...asked, correlationId: newId() })
  const check = new LedgerCheck({ desk, store, ledger: store.ledger, clock, grant, newId, log })
  boot.provide(key.LEDGER, desk)
  health.register('ledger', () => check.finding)
  return check
}

/** The keys of the log, as the API changes them. */
export const keyDesk = (keys: LogKeys, config: () => Config) => ({
  rotate: async (call: Call<'ledger.rotate'>, overlapDays = config().ledger.key_overlap_days) => {
    const { previousUntil, origin, keys: all } = await keys.rotate(call, overlapDays)
    return { origin, keys: [...all], previous_until: previousUntil === undefined ? null : toRfc3339(previousUntil) }
  },
})
