import { CascadeError, fileTrouble, isErrno } from '#base'

/**
 * What could not be written, as an error that says why.
 *
 * @param what a path, or the name of a stream, as the beginning of a sentence.
 * @returns STORAGE_FULL where there is no room, else UNPROCESSABLE.
 */
export const unwritable = (what: string, cause: unknown): CascadeError =>
  new CascadeError(
    isErrno(cause, 'ENOSPC', 'EDQUOT') ? 'STORAGE_FULL' : 'UNPROCESSABLE',
    `${what} cannot be written: ${fileTrouble(cause)}.`,
    { cause },
  )
