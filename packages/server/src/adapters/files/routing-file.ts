import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROUTING_LIMITS } from '@forge-cascade/contract'
import { CascadeError, makeFolder, messageOf } from '#base'
import { openWatchedFile, readShort, type WatchedFile } from './watched-file.ts'

/** The file of routing rules, and the keys beside it. */
export interface RoutingFile extends WatchedFile {
  /** Puts a text in its place, as a whole; undefined takes the file away. @throws CascadeError UNPROCESSABLE where that is not allowed. */
  write(text: string | undefined): void
  /** A key in a file beside the rules. @throws CascadeError CONFIG_INVALID. */
  readKey(name: string): string
}

export function openRoutingFile(path: string): RoutingFile {
  return {
    ...openWatchedFile(path, ROUTING_LIMITS.textBytesMax),
    write(text) {
      try {
        if (text === undefined) rmSync(path, { force: true })
        else replace(path, text)
      } catch (error) {
        const why = error instanceof Error && 'code' in error ? String(error.code) : messageOf(error)
        throw new CascadeError(
          'UNPROCESSABLE',
          `${path} cannot be written (${why}): change it where it comes from, or let the instance write there.`,
        )
      }
    },
    readKey(name) {
      const key = readShort(join(dirname(path), name), ROUTING_LIMITS.textBytesMax)?.trim()
      if (key) return key
      throw new CascadeError('CONFIG_INVALID', `${name} beside ${path} is not there, or empty.`)
    },
  }
}

/** Written beside its place and renamed, with the mode that it had: a reader sees the one text or the other. */
function replace(path: string, text: string): void {
  makeFolder(dirname(path))
  // A link leads to the file that is meant.
  const before = statSync(path, { throwIfNoEntry: false })
  const target = before ? realpathSync(path) : path
  const draft = `${target}.new`
  const file = openSync(draft, 'w', before ? before.mode & 0o777 : 0o640)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, target)
}
