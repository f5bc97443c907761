import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import { unwritable } from '../unwritable.ts'

/** That nothing lies where a file is to be written later. @throws CascadeError as `writeNew`. */
export function requireNew({ io }: CommandContext, given: string | undefined): void {
  const path = given === undefined ? undefined : resolve(io.cwd, given)
  if (path !== undefined && existsSync(path))
    throw unwritable(path, Object.assign(new Error('it is there already'), { code: 'EEXIST' }))
}

/** Writes a file that is not there yet; nothing where none was named. @throws CascadeError where it cannot be written. */
export function writeNew({ io }: CommandContext, given: string | undefined, content: string): string | undefined {
  if (given === undefined) return undefined
  const path = resolve(io.cwd, given)
  try {
    // Evidence that lies there is not written over.
    writeFileSync(path, content, { flag: 'wx' })
  } catch (error) {
    throw unwritable(path, error)
  }
  return path
}
