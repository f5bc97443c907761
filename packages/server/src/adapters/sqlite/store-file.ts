import { join } from 'node:path'

/** The one file of the store, in its folder. */
export const DATABASE_FILE = 'cascade.db'

/** Where the keys of backups lie unless another folder is named. */
export const keysIn = (directory: string): string => join(directory, 'keys')

/** Larger than the default: a row with an embedding of 384 numbers fills a page of 4 KiB badly. */
export const PAGE_BYTES = 8192
