import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CascadeError, isErrno, messageOf } from '#base'

/** Who owns the folder and where it listens; beside the lock, for the commands that want to be its client. */
const owner = z.object({
  pid: z.int().positive(),
  socket: z.string(),
  started_at: z.string(),
  url: z.string().nullable(),
})
export type FolderOwner = z.infer<typeof owner>

const FILE = 'owner.json'

/** Written whole or not at all, and only once the socket answers. Only the owner writes, so one name for drafts will do. */
export function writeOwner(directory: string, fields: FolderOwner): void {
  const file = join(directory, FILE)
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  writeFileSync(draft, `${JSON.stringify(fields)}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(draft, file)
}

/**
 * The owner that wrote the file last; it may be gone. Nothing when there is no file or it says nothing we know.
 *
 * @throws CascadeError UNAVAILABLE when the file cannot be read.
 */
export function readOwner(directory: string): FolderOwner | undefined {
  let text: string
  try {
    text = readFileSync(join(directory, FILE), 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw new CascadeError('UNAVAILABLE', `${join(directory, FILE)} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    })
  }
  return owner.safeParse(parseJson(text)).data
}

export const removeOwner = (directory: string): void => rmSync(join(directory, FILE), { force: true })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // A file cut short by a full disk names nobody; the lock decides who owns the folder.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The file is not there, or a part of its path is no folder. */
const isAbsent = (error: unknown): boolean => isErrno(error, 'ENOENT', 'ENOTDIR')
