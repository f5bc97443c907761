export { backupSettings } from './backup-settings.ts'
export { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.ts'
export type { SqliteStore } from './sqlite-store.ts'
export { DATABASE_FILE } from './writer-operations.ts'
