import type { EvidenceManifest, EvidenceQuery } from '@forge-cascade/contract'
import { sha256Hex } from '#base'
import { formatLogProof, GrowingTiles, type StoredCheckpoint } from '#ledger'
import {
  BUNDLE,
  type BundleFile,
  describeFile,
  entryPath,
  formatRoot,
  leafOfFile,
  manifestBytes,
  proofPath,
  sealText,
} from './bundle-manifest.ts'
import { bundleReadme } from './bundle-readme.ts'
import { type ZipFile, ZipWriter } from './stored-zip.ts'

/** An entry of the log with its inclusion proof. */
export interface ProvenEntry {
  readonly index: number
  /** As it was hashed. */
  readonly bytes: Uint8Array
  readonly hashes: readonly Uint8Array[]
}

export interface BundleSource {
  /** RFC 3339. */
  readonly madeAt: string
  readonly madeBy: string
  readonly query: EvidenceQuery
  readonly checkpoint: StoredCheckpoint
  /** Verifier keys of the log, the active one first. */
  readonly keys: readonly string[]
  /** In their order, all of them below the size of the checkpoint. */
  readonly entries: AsyncIterable<readonly ProvenEntry[]>
  /** What else goes in; asked for when the entries have been read. */
  readonly more: () => readonly ZipFile[]
}

/** Records that this manifest was made, and signs the text. */
export type SealBundle = (manifest: BundleSeal) => Promise<string>

interface BundleSeal {
  /** What is to be signed. */
  readonly text: string
  /** SHA-256 of the manifest, hex. */
  readonly digest: string
  readonly entries: number
}

/**
 * The bytes of an evidence bundle, piece by piece. Equal sources give equal bytes. The signature comes last: a bundle that
 * was cut off has none.
 */
export async function* writeBundle(
  source: BundleSource,
  seal: SealBundle,
): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = new ZipWriter()
  const files: BundleFile[] = []
  const tree = new GrowingTiles()
  const add = (path: string, content: Uint8Array | string): Uint8Array => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const file = describeFile(path, bytes)
    files.push(file)
    tree.append(leafOfFile(file))
    return zip.add({ path, bytes })
  }
  const { checkpoint, keys } = source
  let entries = 0
  for await (const page of source.entries) {
    yield Buffer.concat(page.flatMap((entry) => partsOf(entry, checkpoint.note).map(([path, text]) => add(path, text))))
    entries += page.length
  }
  yield add(BUNDLE.checkpoint, checkpoint.note)
  yield add(BUNDLE.keys, keys.map((key) => `${key}\n`).join(''))
  for (const { path, bytes } of source.more()) yield add(path, bytes)
  yield add(BUNDLE.readme, bundleReadme({ origin: checkpoint.origin, size: checkpoint.size, entries }))

  const root = formatRoot(tree)
  const manifest = manifestBytes(manifestOf(source, { entries, files, root }))
  const text = sealText(checkpoint.origin, manifest, root)
  const note = await seal({ text, digest: sha256Hex(manifest), entries })
  yield zip.add({ path: BUNDLE.manifest, bytes: manifest })
  yield zip.add({ path: BUNDLE.note, bytes: Buffer.from(note) })
  yield zip.end()
}

const partsOf = ({ index, bytes, hashes }: ProvenEntry, note: string): readonly [string, Uint8Array | string][] => [
  [entryPath(index), bytes],
  [proofPath(index), formatLogProof({ index, hashes, checkpoint: note })],
]

function manifestOf(
  { madeAt, madeBy, query, checkpoint }: BundleSource,
  { entries, files, root: treeRoot }: Pick<EvidenceManifest, 'entries' | 'files' | 'root'>,
): EvidenceManifest {
  const { origin, size, root } = checkpoint
  return {
    format: 'cascade-evidence',
    v: 1,
    made_at: madeAt,
    made_by: madeBy,
    origin,
    checkpoint: { size, root: Buffer.from(root).toString('hex') },
    query,
    entries,
    files,
    root: treeRoot,
  }
}
