import { join } from 'node:path'
import { CascadeError, type Clock, messageOf } from '#base'
import type { BootContext } from '#boot'
import { type Config, listOf, parseWitness, parseWitnessed } from '#config'
import { type NoteElsewhere, parseVerifierKey, type VerifierKey, type WitnessedLog, type WitnessLink } from '#ledger'
import { createCosignerKeys } from './adapters/files/cosigner-keys.ts'
import { createMirrorFolder } from './adapters/files/mirror-folder.ts'
import { createHttpWitness } from './adapters/witnesses/http-witness.ts'
import type { Frame } from './boot-instance.ts'
import * as key from './compose-keys.ts'
import { CosignedNotes, Cosigning, createWitnessDesk, openWitness, type SigningLog } from './edge/jobs/index.ts'

/** What the parts of the log need of the instance. */
export type LedgerFrame = Pick<Frame, 'loaded' | 'log' | 'health'> & {
  readonly clock: Clock
  readonly newId: () => string
}

/** Where what witnesses cosigned lies in the data folder. */
const COSIGNED = 'cosigned'
/** How long a start waits for the word of witnesses. One that is away keeps no start from succeeding. */
const WORD_MS = 1500

/** The witnesses of this log, each with its keys. @throws CascadeError CONFIG_INVALID for a key that is none. */
export function linksOf({ ledger: { witnesses } }: Config): readonly WitnessLink[] {
  const members = listOf(witnesses).flatMap((text) => parseWitness(text) ?? [])
  const byUrl = Map.groupBy(members, ({ url }) => url)
  return [...byUrl].map(([url, all]) => {
    const keys = all.map(({ key }) => verifierKeyOf('ledger.witnesses', key))
    return createHttpWitness({ url, keys })
  })
}

/** The logs that this instance witnesses, each with its keys. @throws CascadeError CONFIG_INVALID for a key that is none. */
export function witnessedOf({ ledger: { witness } }: Config): readonly WitnessedLog[] {
  const members = listOf(witness.logs).flatMap((text) => parseWitnessed(text) ?? [])
  const byOrigin = Map.groupBy(members, ({ origin }) => origin)
  return [...byOrigin].map(([origin, all]) => {
    return { origin, keys: all.map(({ key }) => verifierKeyOf('ledger.witness.logs', key)) }
  })
}

function verifierKeyOf(name: string, text: string): VerifierKey {
  const found = parseVerifierKey(text)
  if (found) return found
  throw new CascadeError('CONFIG_INVALID', `${name}: ${text} is no verifier key; it may have been cut, or mistyped.`)
}

export const cosignedFolder = (directory: string) => createMirrorFolder(join(directory, COSIGNED))

/** What witnesses hold of the log, and what they cosigned before: who is away, or shows nothing, says nothing. */
export async function notesElsewhere(
  links: readonly WitnessLink[],
  directory: string,
  origin: string,
  log: LedgerFrame['log'],
): Promise<readonly NoteElsewhere[]> {
  const signal = AbortSignal.timeout(WORD_MS)
  const kept = await CosignedNotes.readAll(cosignedFolder(directory), origin, links)
  const told = await Promise.all(
    links.map(async (link) => {
      try {
        return { place: `that ${link.url} cosigned`, cosigners: link.keys, note: await link.checkpoint(origin, signal) }
      } catch (error) {
        // A witness may be away; `ledger witness` and the health of the instance say what is wrong with it.
        const fields = { witness: link.url, reason: messageOf(error) }
        log.warn('the log was not compared with what a witness cosigned', fields)
        return { place: '', cosigners: [], note: undefined }
      }
    }),
  )
  const cosigners = links.flatMap(({ keys }) => keys)
  const cosigned = kept.map((note) => ({ place: `in the folder ${COSIGNED}`, cosigners, note }))
  return [...cosigned, ...told].flatMap(({ note, ...from }) => (note === undefined ? [] : [{ note, ...from }]))
}

/** Has others cosign for this log, and cosigns for others, where either is configured. */
export async function openWitnesses(frame: LedgerFrame, boot: BootContext): Promise<AsyncDisposable | undefined> {
  const log = boot.get(key.LOG)
  const witness = await openOwn(frame, boot, log)
  const cosigning = await openCosigning(frame, boot, log)
  boot.provide(key.COSIGNED, () => cosigning?.cosigned ?? [])
  boot.provide(key.WITNESS, createWitnessDesk({ log, witness, cosigning }))
  if (cosigning) frame.health.register('witnesses', () => cosigning.finding)
  return cosigning
}

async function openOwn({ loaded, log, clock, newId }: LedgerFrame, boot: BootContext, { origin }: SigningLog) {
  const logs = witnessedOf(loaded.config)
  if (logs.length === 0) return undefined
  return openWitness({
    ...{ store: boot.get(key.STORE), gate: boot.get(key.GATE), subject: boot.get(key.ADMIN), newId, clock, logs },
    name: loaded.config.ledger.witness.name,
    ownOrigin: origin,
    keys: createCosignerKeys(boot.get(key.FOLDER).directory),
    mirror: boot.get(key.MIRROR),
    onTrouble: (message, cause) => log.error(message, { cause }),
  })
}

async function openCosigning({ loaded, log, clock, newId }: LedgerFrame, boot: BootContext, signed: SigningLog) {
  const links = linksOf(loaded.config)
  if (links.length === 0) return undefined
  const [gate, subject] = [boot.get(key.GATE), boot.get(key.ADMIN)]
  const emergency = boot.get(key.EMERGENCY)
  const asked = { action: 'ledger.submit', resource: 'system/ledger', subject } as const
  return new Cosigning({
    ...{ signed, ledger: boot.get(key.STORE).ledger, links, clock, log },
    notes: await CosignedNotes.open(cosignedFolder(boot.get(key.FOLDER).directory), signed, links),
    halt: () => emergency.signal,
    everyMs: loaded.config.ledger.submit_every_s * 1000,
    carryOut: async (work) => gate.carryOut(gate.standing({ ...asked, correlationId: newId() }), work),
  })
}
