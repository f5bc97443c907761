export { FolderObjects } from './folder-objects.ts'
