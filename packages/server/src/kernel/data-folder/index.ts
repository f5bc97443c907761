export { DataFolder, findOwner } from './data-folder.ts'
export type { AcquireFolderLock, FolderLock } from './folder-lock.ts'
export type { FolderOwner } from './owner-file.ts'
