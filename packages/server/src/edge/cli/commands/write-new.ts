import { accessSync, constants, lstatSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import { unwritable } from '../unwritable.ts'

/**
 * That a file can be written later, as far as that can be told: nothing lies there, and its folder is one that this user may
 * write to.
 *
 * @throws CascadeError as `writeNew`.
 */
export function requireNew({ io }: CommandContext, given: string | undefined): void {
  if (given === undefined) return
  const path = resolve(io.cwd, given)
  try {
    const folder = dirname(path)
    const found = statSync(folder, { throwIfNoEntry: false })
    if (found === undefined) throw new Error(`the folder ${folder} does not exist`)
    if (!found.isDirectory()) throw trouble('ENOTDIR')
    if (lstatSync(path, { throwIfNoEntry: false })) throw trouble('EEXIST')
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unwritable(path, error)
  }
}

const trouble = (code: 'EEXIST' | 'ENOTDIR'): Error => Object.assign(new Error(code), { code })

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
