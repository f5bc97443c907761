import {
  type ExportEnd,
  type ExportFile,
  type ExportManifest,
  type ExportStart,
  exportManifest,
} from '@forge-cascade/contract'
import { CascadeError, messageOf, sha256Hex } from '#base'
import { exportPathKind } from './file-names.ts'

/** A million files. */
export const MANIFEST_BYTES_MAX = 256 * 1024 * 1024

/** As `sha256sum` prints them, so that people can check it themselves. */
export const filesDigest = (files: readonly ExportFile[]): string =>
  sha256Hex(files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(''))

/** The text of `manifest.json`: one file a line. */
export function toManifestText(start: ExportStart, end: ExportEnd, files: readonly ExportFile[]): string {
  const { format, format_version, instance, exported_at } = start
  const { counts, digest } = end
  const head = { format, format_version, instance, exported_at, counts, digest, files_digest: filesDigest(files) }
  const text = JSON.stringify(head, null, 2).replace(/\n\}$/, '')
  return `${text},\n  "files": [\n${files.map((file) => `    ${JSON.stringify(file)}`).join(',\n')}\n  ]\n}\n`
}

/**
 * The manifest of an export, with nothing in it that leads out of its folder.
 *
 * @throws CascadeError UNPROCESSABLE saying what is wrong with it.
 */
export function parseManifest(text: string): ExportManifest {
  const parsed = exportManifest.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw unfit(`/${issue?.path.join('/') ?? ''} ${issue?.message ?? 'is not what it should be'}`)
  }
  checkFiles(parsed.data)
  return parsed.data
}

function checkFiles({ files, files_digest, counts }: ExportManifest): void {
  const seen = new Set<string>()
  for (const { path, id } of files) {
    const kind = exportPathKind(path)
    if (kind === undefined) throw unfit(`no export writes a file ${JSON.stringify(path.slice(0, 200))}`)
    if (kind === 'capsule' && id === undefined) throw unfit(`${path} names no capsule`)
    if (seen.has(path.toLowerCase())) throw unfit(`${path} is named twice`)
    seen.add(path.toLowerCase())
  }
  const capsules = files.filter(({ path }) => exportPathKind(path) === 'capsule')
  if (new Set(capsules.map(({ id }) => id)).size !== capsules.length) throw unfit('a capsule has two files')
  if (capsules.length !== counts.capsules)
    throw unfit(`it counts ${counts.capsules} capsules and lists ${capsules.length}`)
  if (filesDigest(files) !== files_digest) throw unfit('its files_digest is not that of its files')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unfit(`it is no JSON: ${messageOf(error)}`)
  }
}

const unfit = (reason: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `manifest.json is not that of an export: ${reason}.`)
