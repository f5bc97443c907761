import { CascadeError, messageOf } from './error.ts'

/** What the usual failures of a file system mean, by the name of the error (POSIX errno.h). */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is nothing at this path',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user has no right to it',
  EPERM: 'this user has no right to it',
  EEXIST: 'there is something at this path already',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk space of this user is used up',
  ELOOP: 'its links lead round in a circle',
  ENAMETOOLONG: 'a name in this path is too long',
}

/** Why a file or folder cannot be read or written, as the end of a sentence; other failures in their own words. */
export function fileTrouble(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? messageOf(error)
}

/**
 * A file or folder that was named and cannot be read, as SOURCE_UNREADABLE.
 *
 * @param what the path, as it begins a sentence.
 */
export const unreadable = (what: string, cause: unknown): CascadeError =>
  new CascadeError('SOURCE_UNREADABLE', `${what} cannot be read: ${fileTrouble(cause)}.`, { cause })
