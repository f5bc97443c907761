import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing; one that is there stays as it is.
 *
 * Node's own recursive form never returns where the system makes no folder and calls that "no such file", as under
 * /proc; this one asks once for each part of the path.
 *
 * @returns true where this call made the folder itself; of several that come at once it is true for one.
 * @throws the system’s error, as the plain `mkdir` gives it; EEXIST where a file is in the way.
 */
export function makeFolder(path: string, mode?: number): boolean {
  const parent = dirname(path)
  if (!isFolder(path) && !isFolder(parent) && parent !== path) makeFolder(parent, mode)
  try {
    mkdirSync(path, { mode })
    return true
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isFolder(path)) throw error
    return false
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
