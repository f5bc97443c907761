export {
  type BackupEntry,
  type BackupErasure,
  type BackupVault,
  type DestroyedKeys,
  eraseFromBackups,
  type HandedOutKey,
} from './backup-vault.ts'
export { type LogPlace, RESTORED_NOTE, type RestoredNote } from './restored-note.ts'
