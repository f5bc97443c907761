export { createImportDesk } from './import-desk.ts'
export { Maintenance, type MaintenanceOptions } from './maintenance.ts'
export { type BackupOptions, takeBackup } from './take-backup.ts'
