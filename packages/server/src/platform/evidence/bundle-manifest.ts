import { type EvidenceManifest, evidenceManifest } from '@forge-cascade/contract'
import { sha256, sha256Hex } from '#base'
import { GrowingTiles, hashLeaf } from '#ledger'

/** Where the parts of a bundle lie in it. */
export const BUNDLE = {
  checkpoint: 'checkpoint',
  keys: 'keys.txt',
  readme: 'README.md',
  manifest: 'manifest.json',
  note: 'manifest.note',
} as const

export const entryPath = (index: number): string => `entries/${index}.json`
export const proofPath = (index: number): string => `proofs/${index}.tlog-proof`
/** What the decisions were made from that an entry tells of. */
export const decisionsPath = (index: number): string => `decisions/${index}.json`
/** The policies of a digest. */
export const policiesPath = (digest: string): string => `policies/${digest}.json`

export type BundleFile = EvidenceManifest['files'][number]

export const describeFile = (path: string, bytes: Uint8Array): BundleFile => ({
  path,
  bytes: bytes.length,
  sha256: sha256Hex(bytes),
})

/** Root of the RFC 6962 tree over the lines that `sha256sum` would print of the files. */
export function rootOfFiles(files: readonly BundleFile[]): string {
  const tree = new GrowingTiles()
  for (const file of files) tree.append(leafOfFile(file))
  return formatRoot(tree)
}

export const leafOfFile = ({ path, sha256: digest }: BundleFile): Uint8Array =>
  hashLeaf(Buffer.from(`${digest}  ${path}\n`))

export const formatRoot = (tree: GrowingTiles): string => Buffer.from(tree.root()).toString('hex')

export const manifestBytes = (manifest: EvidenceManifest): Uint8Array =>
  Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)

/** A longer one lists more files than a bundle may have. */
export const MANIFEST_BYTES_MAX = 16 * 1024 * 1024

/** Undefined for anything but a manifest of this version. */
export function parseManifest(bytes: Uint8Array): EvidenceManifest | undefined {
  if (bytes.length > MANIFEST_BYTES_MAX) return undefined
  try {
    return evidenceManifest.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const SEAL = 'cascade-evidence/v1'

/**
 * What the log signs of a bundle: that it is one, its own name, the digest of the manifest and the root of the files, a line
 * each. Its second line is no number, so that nobody can take it for a checkpoint.
 */
export const sealText = (origin: string, manifest: Uint8Array, root: string): string =>
  `${SEAL}\n${origin}\n${sha256(manifest).toString('hex')}\n${root}\n`
