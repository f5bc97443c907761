export { createImportDesk } from './import-desk.ts'
export { Maintenance, type MaintenanceOptions } from './maintenance.ts'
export { StoreCheck, type StoreCheckOptions } from './store-check.ts'
export { type BackupOptions, takeBackup } from './take-backup.ts'
