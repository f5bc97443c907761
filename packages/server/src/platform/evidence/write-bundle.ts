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
  /** In their order, all of them below the size of the checkpoint; asked for twice, with the same answer. */
  readonly entries: () => AsyncIterable<readonly ProvenEntry[]>
  /** What else goes in; asked for once, when the entries have been read. */
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
 * Reads everything, has the manifest signed, and gives the bytes of the bundle, piece by piece. Equal sources give equal bytes.
 * The entries are read twice, so that whatever is wrong with them is known before the first byte, and no more than a page of
 * them is in memory. The signature comes last: a bundle that was cut off has none.
 *
 * @throws what `entries`, `more` and `seal` throw; of `entries` the bytes throw it too, for damage in between.
 */
export async function writeBundle(
  source: BundleSource,
  seal: SealBundle,
): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
  return bytesOf(source, await sealBundle(source, seal))
}

/** The files behind the entries, the signed manifest last. */
async function sealBundle(source: BundleSource, seal: SealBundle): Promise<readonly ZipFile[]> {
  const files: BundleFile[] = []
  const tree = new GrowingTiles()
  const add = ({ path, bytes }: ZipFile): void => {
    const file = describeFile(path, bytes)
    files.push(file)
    tree.append(leafOfFile(file))
  }
  let entries = 0
  for await (const page of source.entries()) {
    for (const entry of page) for (const part of partsOf(entry, source)) add(part)
    entries += page.length
  }
  const others = othersOf(source, entries)
  for (const file of others) add(file)

  const root = formatRoot(tree)
  const manifest = manifestBytes(manifestOf(source, { entries, files, root }))
  const text = sealText(source.checkpoint.origin, manifest, root)
  const note = await seal({ text, digest: sha256Hex(manifest), entries })
  return [...others, { path: BUNDLE.manifest, bytes: manifest }, textFile(BUNDLE.note, note)]
}

/** What was proven twice is the same twice: only one entry and one proof lead to a root. */
async function* bytesOf(source: BundleSource, others: readonly ZipFile[]): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = new ZipWriter()
  for await (const page of source.entries())
    yield Buffer.concat(page.flatMap((entry) => partsOf(entry, source).map((part) => zip.add(part))))
  for (const file of others) yield zip.add(file)
  yield zip.end()
}

function othersOf({ checkpoint, keys, more }: BundleSource, entries: number): readonly ZipFile[] {
  const { origin, size, note } = checkpoint
  return [
    textFile(BUNDLE.checkpoint, note),
    textFile(BUNDLE.keys, keys.map((key) => `${key}\n`).join('')),
    ...more(),
    textFile(BUNDLE.readme, bundleReadme({ origin, size, entries })),
  ]
}

const textFile = (path: string, text: string): ZipFile => ({ path, bytes: Buffer.from(text) })

const partsOf = ({ index, bytes, hashes }: ProvenEntry, { checkpoint }: BundleSource): readonly ZipFile[] => [
  { path: entryPath(index), bytes },
  textFile(proofPath(index), formatLogProof({ index, hashes, checkpoint: checkpoint.note })),
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
