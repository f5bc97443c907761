import { readFileSync, statSync } from 'node:fs'
import { CascadeError, fileTrouble, isErrno } from '#base'

/** A text that people change while the instance runs. */
export interface WatchedFile {
  readonly path: string
  /** Changes whenever the file may have; undefined where there is none. Reads nothing. */
  stamp(): string | undefined
  /** Its text; undefined where there is none. @throws CascadeError CONFIG_INVALID for what cannot be read or is too long. */
  read(): string | undefined
}

/** @param bytesMax what is longer is not read. */
export const openWatchedFile = (path: string, bytesMax: number): WatchedFile => ({
  path,
  stamp() {
    try {
      const { mtimeMs, size, ino } = statSync(path)
      return `${ino}-${size}-${mtimeMs}`
    } catch (error) {
      return isErrno(error, 'ENOENT', 'ENOTDIR') ? undefined : 'unreadable'
    }
  },
  read: () => readShort(path, bytesMax),
})

/** The text of a file; undefined where there is none. @throws CascadeError CONFIG_INVALID for what cannot be read or is too long. */
export function readShort(path: string, bytesMax: number): string | undefined {
  try {
    const found = statSync(path)
    if (found.isFile() && found.size <= bytesMax) return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw new CascadeError('CONFIG_INVALID', `${path} cannot be read: ${fileTrouble(error)}`, { cause: error })
  }
  throw new CascadeError('CONFIG_INVALID', `${path} is no file of at most ${bytesMax} bytes.`)
}
