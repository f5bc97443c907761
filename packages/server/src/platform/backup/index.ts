export {
  type BackupEntry,
  type BackupErasure,
  type BackupVault,
  type DestroyedKeys,
  eraseFromBackups,
} from './backup-vault.ts'
