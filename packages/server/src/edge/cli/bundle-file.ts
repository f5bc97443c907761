import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { EVIDENCE_LIMITS } from '@forge-cascade/contract'
import { CascadeError, fileTrouble } from '#base'
import { type BundleFiles, readZip } from '#evidence'

/** The files of a bundle, or what keeps it from being one. */
export type OpenedBundle =
  | { readonly ok: true; readonly files: BundleFiles }
  | { readonly ok: false; readonly path?: string; readonly reason: string }

/**
 * Reads a bundle: the archive, or the folder that it was unpacked to.
 *
 * @throws CascadeError SOURCE_UNREADABLE where it cannot be read.
 */
export function openBundle(path: string): OpenedBundle {
  try {
    const found = statSync(path)
    if (found.isDirectory()) return readFolder(path)
    if (!found.isFile()) return { ok: false, reason: 'it is neither a file nor a folder' }
    if (found.size > EVIDENCE_LIMITS.bytesMax) return tooLarge
    return readZip(readFileSync(path))
  } catch (error) {
    throw new CascadeError('SOURCE_UNREADABLE', `${path} cannot be read: ${fileTrouble(error)}.`, { cause: error })
  }
}

const tooLarge: OpenedBundle = { ok: false, reason: `it is larger than ${EVIDENCE_LIMITS.bytesMax} bytes` }

function readFolder(folder: string): OpenedBundle {
  const files = new Map<string, Uint8Array>()
  let bytes = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).split(sep).join('/')
    // A link may lead anywhere, and is in no bundle.
    if (!entry.isFile()) return { ok: false, path: name, reason: 'it is no plain file' }
    bytes += statSync(path).size
    if (bytes > EVIDENCE_LIMITS.bytesMax) return tooLarge
    if (files.size === EVIDENCE_LIMITS.filesMax)
      return { ok: false, reason: `it holds more than ${EVIDENCE_LIMITS.filesMax} files` }
    files.set(name, readFileSync(path))
  }
  return { ok: true, files }
}
