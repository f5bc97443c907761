import { readFileSync, statSync } from 'node:fs'
import { isErrno, unreadable } from '#base'

/** The file with the routes of events. */
export interface MeshFile {
  /** What tells whether it is another one by now; undefined where there is none. Reads nothing. */
  stamp(): string | undefined
  /** Its text; undefined where there is none. @throws CascadeError SOURCE_UNREADABLE. */
  read(): string | undefined
}

export const openMeshFile = (path: string): MeshFile => ({
  stamp() {
    try {
      const { mtimeMs, size, ino } = statSync(path)
      return `${mtimeMs} ${size} ${ino}`
    } catch (error) {
      return isErrno(error, 'ENOENT', 'ENOTDIR') ? undefined : 'unreadable'
    }
  },
  read() {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw unreadable(path, error)
    }
  },
})
