/**
 * Holds a folder for one process. The operating system gives the lock back when the process ends, however it ends, so a
 * lock is never stale and two processes never both believe they hold it.
 */
export interface FolderLock extends Disposable {
  readonly held: true
}

/** Takes the lock, or says that another process has it. Throws when the folder cannot be written. */
export type AcquireFolderLock = (directory: string) => FolderLock | { readonly held: false }
