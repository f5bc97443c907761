import { opendirSync } from 'node:fs'
import { join } from 'node:path'

/** What lies below a folder and is no folder. */
export interface FolderFile {
  /** From that folder, with `/` between its parts. */
  readonly path: string
  /** Where it lies on the disk. */
  readonly place: string
  /** Whether it is a file: links, pipes and devices are none. */
  readonly isPlain: boolean
}

/**
 * What lies below a folder, at any depth: what is nearer comes first. Links are not followed and nothing but folders is opened.
 *
 * @returns undefined as soon as there are more than `filesMax` files or more than `filesMax` folders, whatever else there is.
 * @throws the error of the file system for a folder that cannot be listed.
 */
export function findFilesBelow(folder: string, filesMax: number): readonly FolderFile[] | undefined {
  const files: FolderFile[] = []
  const folders = ['']
  // Folders that are found are walked after those that were there.
  for (const at of folders) {
    using entries = opendirSync(join(folder, at))
    for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else files.push({ path, place: join(folder, path), isPlain: entry.isFile() })
      if (Math.max(files.length, folders.length) > filesMax) return undefined
    }
  }
  return files
}
