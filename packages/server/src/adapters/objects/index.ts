export { BucketObjects } from './bucket-objects.ts'
export { FolderObjects } from './folder-objects.ts'
