import type { Restorable } from '@forge-cascade/contract'
import type { BootReport } from '#boot'
import type { LoadedConfig } from '#config'

/** An instance that this process runs: it owns the data folder until it is stopped. */
export interface LocalInstance {
  /** Where it answers this machine's user: the socket of the data folder (the pipe, on Windows). */
  readonly socket: string
  /** The administrator's bearer token. */
  readonly token: string
  /** Where the token lies, for people to read it; the token itself is never printed. */
  readonly tokenFile: string
  /** Address of the HTTP interface; null when it listens on the socket alone. */
  readonly url: string | null
  readonly boot: BootReport
  /** Settles when the instance has stopped, however that came about; rejects when it broke. */
  readonly stopped: Promise<void>
  /**
   * Takes over what may change without a restart, and logs what did. A configuration that cannot be read changes
   * nothing, and the log says why.
   */
  reload(load: () => LoadedConfig): void
  /** Drains, closes and gives the folder back. Repeating it waits for the same end. */
  stop(reason: string): Promise<void>
}

export interface StartInstanceOptions {
  /** `tcp+socket` for `cascade start`; `socket` for a command that needs the store for a moment. */
  readonly listen: 'socket' | 'tcp+socket'
  /**
   * Which lines of the log are written: `all` as it is configured; of an instance that lives for one command `errors`, to
   * standard error, or `none`, where standard error is one document that a program reads.
   */
  readonly log: 'all' | 'errors' | 'none'
  /** True: whoever wants to serve the folder to others gets it, and this instance ends. */
  readonly lent?: boolean
  /** True: standard output is an answer that a program reads, so that log lines go elsewhere unless told otherwise. */
  readonly answers: boolean
}

/**
 * Boots an instance that owns the data folder of the configuration. Signals are the caller's: it installs no handlers.
 * Ready when the promise settles: the socket listens, the owner file names it, questions are answered.
 *
 * @throws CascadeError DATA_FOLDER_IN_USE when another process owns the folder, BOOT_FAILED or the cause otherwise;
 * nothing is left running then.
 */
export type StartInstance = (loaded: LoadedConfig, options: StartInstanceOptions) => Promise<LocalInstance>

export interface RestoredBackup {
  /** The data folder that now holds what the backup held. */
  readonly path: string
  /** Bytes of the backup. */
  readonly bytes: number
  /** Every change up to this one is there again; -1 for an empty store. */
  readonly sequence: number
  /** Where what was there before now lies; null when the folder was empty. */
  readonly kept: string | null
}

/** Where the key of a backup may lie, beside the folder that the backup itself names. */
export interface KeyPlaces {
  /** Folder of keys. */
  readonly keys?: string
  /** File with the key, as `backup --with-key` wrote it. */
  readonly keyFile?: string
}

/**
 * Puts the store of a backup into a data folder that nobody owns; what was there is kept beside it.
 *
 * @param dataDir absolute; made when it is missing.
 * @param file absolute path of the backup.
 * @throws CascadeError BACKUP_KEY_MISSING when its key is at none of the places; DATA_FOLDER_IN_USE while an instance owns the folder, BACKUP_INVALID or SOURCE_UNREADABLE for a
 * file that is not a whole backup; nothing has changed then.
 */
export type RestoreBackup = (dataDir: string, file: string, keys: KeyPlaces) => Promise<RestoredBackup>

/**
 * Goes on with the store that lies in a data folder that nobody owns, under a log of its own; what was there is kept beside
 * it.
 *
 * @throws CascadeError DATA_FOLDER_IN_USE, BACKUP_INVALID for a folder without a whole store; nothing has changed then.
 */
export type RestoreAsIs = (dataDir: string) => Promise<RestoredBackup>

/** The newest leaf that is wanted, the time after which nothing is, or all there is. */
export type RestoredPoint =
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'time'; readonly time: string }
  | { readonly kind: 'newest' }

export interface RestorePointOptions extends KeyPlaces {
  /** Folder that the log was shipped to; absolute. */
  readonly from: string
  readonly point: RestoredPoint
}

/**
 * Puts the store as it was at an earlier point into a data folder that nobody owns; what was there is kept beside it. Of
 * changes that were committed together all or none are there.
 *
 * @throws CascadeError what `RestoreBackup` throws, and UNPROCESSABLE for a point that is out of reach; nothing has
 * changed then.
 */
export type RestorePoint = (dataDir: string, options: RestorePointOptions) => Promise<RestoredBackup>

/** What can be restored: points of the log that was shipped to `from` or waits for it, and backups known to the ring. */
export type ListRestorable = (
  dataDir: string,
  options: Pick<KeyPlaces, 'keys'> & { readonly from: string | undefined },
) => Promise<Restorable>
