/** The embedded store's file in the data folder; opening a folder without it would make a new store. */
export const STORE_FILE = 'cascade.db'
/** Its write-ahead log. */
export const STORE_LOG = `${STORE_FILE}-wal`
