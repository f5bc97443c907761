import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CascadeError, isErrno, messageOf } from '#base'
import type { CheckpointMirror } from '#ledger'
import { replaceDurably } from '../vault/index.ts'

/** Keeps the last checkpoint of each log in a folder, in a file that is named after its origin. */
export function createMirrorFolder(folder: string): CheckpointMirror {
  const fileOf = (origin: string): string => join(folder, `${origin.replace(/[^A-Za-z0-9.-]/g, '_')}.checkpoint`)
  return {
    place: folder,
    async read(origin) {
      try {
        return await readFile(fileOf(origin), 'utf8')
      } catch (error) {
        // Where a file stands in the place of the folder there is no checkpoint either.
        if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
        throw unusable(folder, error)
      }
    },
    async write(origin, note) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        replaceDurably(fileOf(origin), note)
      } catch (error) {
        throw unusable(folder, error)
      }
    },
  }
}

const unusable = (folder: string, cause: unknown): CascadeError =>
  new CascadeError('UNAVAILABLE', `the checkpoint in ${folder} cannot be kept: ${messageOf(cause)}`, { cause })
