import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { EVIDENCE_LIMITS } from '@forge-cascade/contract'
import { CascadeError, findFilesBelow, unreadable } from '#base'
import { BUNDLE, type BundleFiles, readZip } from '#evidence'

/** What keeps files from being a bundle. */
interface Unfit {
  readonly ok: false
  readonly path?: string
  readonly reason: string
}

/** The files of a bundle, or what keeps it from being one. */
export type OpenedBundle = { readonly ok: true; readonly files: BundleFiles } | Unfit

type Bounds = { readonly [Limit in 'filesMax' | 'bytesMax']: number }

/**
 * Reads a bundle: the archive, or the folder that it was unpacked to.
 *
 * @throws CascadeError SOURCE_UNREADABLE where it cannot be read.
 */
export function openBundle(path: string, bounds: Bounds = EVIDENCE_LIMITS): OpenedBundle {
  try {
    const found = statSync(path)
    if (found.isDirectory()) return readFolder(path, bounds)
    if (!found.isFile()) return { ok: false, reason: 'it is neither a file nor a folder' }
    if (found.size > bounds.bytesMax) return tooLarge(bounds.bytesMax)
    return readZip(readFileSync(path))
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** What the folder of a bundle has at its top, and few others have. */
const MARKS: ReadonlySet<string> = new Set([BUNDLE.manifest, BUNDLE.note, BUNDLE.keys, 'proofs'])
/** How an archive begins, and how the record at its end does. */
const [ZIP_START, ZIP_END] = [Buffer.from('PK\u0003\u0004'), Buffer.from('PK\u0005\u0006')]
const ZIP_END_BYTES = 22

/**
 * Tells what was never a bundle from one that is damaged. A file of no bytes may have been one.
 *
 * @throws CascadeError SOURCE_UNREADABLE for what has no mark of one, and for what cannot be read.
 */
export function requireBundle(path: string): void {
  const what = findOther(path)
  if (what === undefined) return
  throw new CascadeError(
    'SOURCE_UNREADABLE',
    `${path} is no evidence bundle: ${what}. \`evidence export\` writes one, as an archive (.zip).`,
  )
}

/** What something is that is no bundle. */
function findOther(path: string): string | undefined {
  try {
    const found = statSync(path)
    if (found.isDirectory())
      return readdirSync(path).some((name) => MARKS.has(name)) ? undefined : `there is no ${BUNDLE.manifest} in it`
    return found.isFile() && found.size > 0 && !isArchive(path, found.size) ? 'it is no archive' : undefined
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Whether the beginning or the end is that of an archive: either may be the damage. */
function isArchive(path: string, bytes: number): boolean {
  const file = openSync(path, 'r')
  try {
    const ends = [ZIP_START, ZIP_END].map((mark, at) => {
      const read = Buffer.alloc(mark.length)
      readSync(file, read, { position: at === 0 ? 0 : Math.max(0, bytes - ZIP_END_BYTES) })
      return read.equals(mark)
    })
    return ends.includes(true)
  } finally {
    closeSync(file)
  }
}

const tooLarge = (bytesMax: number): Unfit => ({ ok: false, reason: `it is larger than ${bytesMax} bytes` })

/** Looks no further than a bundle goes, whatever folder somebody names: not one file is read before all were seen. */
function readFolder(folder: string, { filesMax, bytesMax }: Bounds): OpenedBundle {
  const found = findFilesBelow(folder, filesMax)
  if (found === undefined) return { ok: false, reason: `it holds more than ${filesMax} files or folders` }
  // A link may lead anywhere, and is in no bundle.
  const other = found.find(({ isPlain }) => !isPlain)
  if (other !== undefined) return { ok: false, path: other.path, reason: 'it is no plain file' }
  const bytes = found.reduce((sum, { place }) => sum + lstatSync(place).size, 0)
  if (bytes > bytesMax) return tooLarge(bytesMax)
  return { ok: true, files: new Map(found.map(({ path, place }) => [path, readFileSync(place)])) }
}
