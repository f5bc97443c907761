import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type BackupErasure, type BackupVault, eraseFromBackups } from '#backup'
import { CascadeError, isCascadeError, messageOf, systemRandom } from '#base'
import { type CapsuleContext, type CopyVault, type ErasedCopy, type ErasureFiles, Erasures } from '#capsules'
import { Subjects } from '#identity'
import type { Grant } from '#store'

export interface KeepingOptions {
  readonly context: CapsuleContext
  readonly files: ErasureFiles
  /** The data folder. */
  readonly directory: string
  readonly archives: CopyVault
  readonly backups: BackupVault
  /** Opens the store of another folder, and what its file is called there. */
  readonly openStore: (directory: string) => Promise<CapsuleContext['store']>
  readonly storeFile: string
  readonly grant: () => Grant<'capsule.erase'>
  readonly settle?: () => Promise<void>
  readonly forget: (owner: string | null) => void
}

/** What a restore leaves beside the store that it replaces: `before-restore-<time>`. */
const SET_ASIDE = /^before-restore-/
/** Folders in which copies of the store are opened to be erased in; what a crash left of them is removed. */
const OPENED = 'erase-'

/** The erasures of an instance, with every place that holds copies of its store. */
export function openErasures(options: KeepingOptions): Erasures {
  const { directory, context, files, forget, settle } = options
  removeOpened(join(directory, 'tmp'))
  const vaults = [options.archives, vaultOfBackups(options), vaultOfStoresSetAside(options)]
  return new Erasures({ context, files, vaults, forget, ...(settle && { settle }) })
}

function removeOpened(directory: string): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory))
    if (name.startsWith(OPENED)) rmSync(join(directory, name), { recursive: true, force: true })
}

/** Backups that lie where they were written are written anew; the keys of the others are destroyed. */
function vaultOfBackups(options: KeepingOptions): CopyVault {
  return {
    place: 'backups',
    erase: async () => {
      const eraseFile = (file: string) => eraseInFile(options, file)
      return tellBackups(await eraseFromBackups(options.backups, eraseFile, 'an erasure'))
    },
  }
}

/** What destroying a key here does not close is told of each backup that it was handed out for. */
function tellBackups({ rewritten, closed, handedOut }: BackupErasure): ErasedCopy[] {
  const given = new Set(handedOut.map(({ id }) => id))
  return [
    ...rewritten.map(
      ({ id, place }): ErasedCopy => ({
        copy: place,
        outcome: 'rewritten',
        detail: given.has(id)
          ? UNDER_KEY_IN_RING
          : 'without what was erased, under a new key; the old key was destroyed',
      }),
    ),
    ...closed.map(
      ({ place, keyIds }): ErasedCopy => ({ copy: place, outcome: 'key destroyed', detail: keyIds.join(', ') }),
    ),
    ...handedOut.map(
      ({ place, keyId, keyFile, madeAt }): ErasedCopy => ({
        copy: place,
        outcome: 'key handed out',
        detail: `${keyId}, on ${madeAt} to ${keyFile ?? 'a file whose name was not recorded'}; copies of the backup as it was then still open with it: destroy that copy of the key`,
      }),
    ),
  ]
}

const UNDER_KEY_IN_RING =
  'without what was erased, under a new key that lies in the folder of keys alone; the key that was handed out does not open it any more: to hand one out, make a new backup with --with-key'

/** The stores that restores have set aside are stores like any other. */
function vaultOfStoresSetAside(options: KeepingOptions): CopyVault {
  return {
    place: 'stores set aside',
    erase: async () => {
      const names = readdirSync(options.directory).filter((name) => SET_ASIDE.test(name))
      const copies: ErasedCopy[] = []
      for (const name of names) copies.push(await eraseSetAside(options, join(options.directory, name)))
      return copies
    },
  }
}

async function eraseSetAside(options: KeepingOptions, folder: string): Promise<ErasedCopy> {
  try {
    await eraseInFolder({ ...options, openStore: (directory) => openAside(options, directory) }, folder)
    return { copy: folder, outcome: 'rewritten', detail: 'opened, and erased in as in the store itself' }
  } catch (error) {
    // Restored over because it was damaged, as a rule: nobody but a person may throw it away.
    if (!isCascadeError(error) || !UNREADABLE.has(error.code)) throw error
    return {
      copy: folder,
      outcome: 'unreachable',
      detail: `delete the folder: it cannot be opened (${messageOf(error)})`,
    }
  }
}

const UNREADABLE: ReadonlySet<string> = new Set(['DATA_CORRUPT', 'DATA_FOLDER_NEWER'])

/** What is out of reach once it is open is so for a while; what does not open is damaged. */
async function openAside({ openStore }: KeepingOptions, directory: string): ReturnType<KeepingOptions['openStore']> {
  try {
    return await openStore(directory)
  } catch (error) {
    if (!isCascadeError(error) || error.code !== 'UNAVAILABLE') throw error
    throw new CascadeError('DATA_CORRUPT', error.detail, { cause: error })
  }
}

/** A store is opened by its folder. */
async function eraseInFile(options: KeepingOptions, file: string): Promise<void> {
  const folder = join(options.directory, 'tmp', `${OPENED}${basename(file)}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const opened = join(folder, options.storeFile)
  renameSync(file, opened)
  try {
    await eraseInFolder(options, folder)
    renameSync(opened, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Does in a copy of the store what was done in the store: everything that was ever erased, as far as the copy has it. */
async function eraseInFolder({ context, files, grant, openStore }: KeepingOptions, directory: string): Promise<void> {
  const { clock, newId } = context
  await using store = await openStore(directory)
  const copy = {
    ...context,
    clock,
    newId,
    random: systemRandom,
    store,
    subjects: new Subjects({ store, clock, newId }),
  }
  const listed: ErasureFiles = {
    known: () => files.known(),
    remember: async () => undefined,
    certify: async () => undefined,
  }
  const inCopy = new Erasures({ context: copy, files: listed, vaults: [], forget: () => undefined })
  const [trouble] = (await inCopy.resume(grant)).troubles
  // As it came: by its code the caller tells a copy that is damaged from one that can be erased in later.
  if (trouble) throw trouble.cause
}
