import { EVIDENCE_LIMITS, type EvidenceManifest, type EvidenceQuery } from '@forge-cascade/contract'
import { CascadeError, sha256Hex } from '#base'
import { formatLogProof, GrowingTiles, type StoredCheckpoint } from '#ledger'
import {
  BUNDLE,
  type BundleFile,
  decisionsPath,
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
  /** What the decisions were made from that it tells of, where the bundle carries that. */
  readonly decisions?: Uint8Array
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
  /**
   * The policies by which the decisions of the entries were made; asked for once, when the entries have been read. Left out
   * where the bundle carries nothing of decisions.
   */
  readonly policies?: () => Promise<readonly ZipFile[]>
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
 * @throws CascadeError UNPROCESSABLE for more than a bundle holds; what `entries`, `more`, `policies` and `seal` throw; of
 *   `entries` the bytes throw it too, for damage in between.
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
  let room = EVIDENCE_LIMITS.bytesMax - SEALED_BYTES
  const add = ({ path, bytes }: ZipFile): void => {
    const file = describeFile(path, bytes)
    files.push(file)
    tree.append(leafOfFile(file))
    room -= bytes.length + LISTED_BYTES + path.length * LISTED_TIMES
    if (room < 0 || files.length > EVIDENCE_LIMITS.filesMax - SEALED_FILES) throw tooLarge()
  }
  let [entries, deciding] = [0, 0]
  for await (const page of source.entries()) {
    for (const entry of page) for (const part of partsOf(entry, source)) add(part)
    entries += page.length
    deciding += page.filter(({ decisions }) => decisions !== undefined).length
  }
  const policies = await source.policies?.()
  const decisions = policies && { entries: deciding, policies: policies.length }
  const others = [...(policies ?? []), ...othersOf(source, { entries, ...(decisions && { decisions }) })]
  for (const file of others) add(file)

  const root = formatRoot(tree)
  const manifest = manifestBytes(manifestOf(source, { entries, files, root, decisions }))
  const text = sealText(source.checkpoint.origin, manifest, root)
  const note = await seal({ text, digest: sha256Hex(manifest), entries })
  return [...others, { path: BUNDLE.manifest, bytes: manifest }, textFile(BUNDLE.note, note)]
}

/** What an archive and its manifest take for a file beside its bytes, how often its path stands there, and what comes last. */
const LISTED_BYTES = 300
const LISTED_TIMES = 3
const SEALED_BYTES = 64 * 1024
/** The manifest and its note. */
const SEALED_FILES = 2

const tooLarge = (): CascadeError =>
  new CascadeError(
    'UNPROCESSABLE',
    `What matches takes more than a bundle holds, which is ${EVIDENCE_LIMITS.bytesMax} bytes in ${EVIDENCE_LIMITS.filesMax} files: ask for a shorter time, or for less.`,
  )

/** What was proven twice is the same twice: only one entry and one proof lead to a root. */
async function* bytesOf(source: BundleSource, others: readonly ZipFile[]): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = new ZipWriter()
  for await (const page of source.entries())
    yield Buffer.concat(page.flatMap((entry) => partsOf(entry, source).map((part) => zip.add(part))))
  for (const file of others) yield zip.add(file)
  yield zip.end()
}

function othersOf({ checkpoint, keys, more }: BundleSource, counts: Counts): readonly ZipFile[] {
  const { origin, size, note } = checkpoint
  return [
    textFile(BUNDLE.checkpoint, note),
    textFile(BUNDLE.keys, keys.map((key) => `${key}\n`).join('')),
    ...more(),
    textFile(BUNDLE.readme, bundleReadme({ origin, size, ...counts })),
  ]
}

interface Counts {
  readonly entries: number
  readonly decisions?: { readonly entries: number; readonly policies: number }
}

const textFile = (path: string, text: string): ZipFile => ({ path, bytes: Buffer.from(text) })

const partsOf = (
  { index, bytes, hashes, decisions }: ProvenEntry,
  { checkpoint }: BundleSource,
): readonly ZipFile[] => [
  { path: entryPath(index), bytes },
  textFile(proofPath(index), formatLogProof({ index, hashes, checkpoint: checkpoint.note })),
  ...(decisions === undefined ? [] : [{ path: decisionsPath(index), bytes: decisions }]),
]

function manifestOf(
  { madeAt, madeBy, query, checkpoint }: BundleSource,
  {
    decisions,
    ...listed
  }: Pick<EvidenceManifest, 'entries' | 'files' | 'root'> & {
    readonly decisions: Counts['decisions']
  },
): EvidenceManifest {
  const { origin, size, root } = checkpoint
  const said = {
    ...{ made_at: madeAt, made_by: madeBy, origin },
    checkpoint: { size, root: Buffer.from(root).toString('hex') },
    ...{ query, ...listed },
  }
  const format = 'cascade-evidence'
  return decisions ? { format, v: 2, ...said, decisions } : { format, v: 1, ...said }
}
