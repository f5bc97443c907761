import { setImmediate as pause } from 'node:timers/promises'
import { EVIDENCE_LIMITS, type EvidenceManifest, type EvidenceVerdict } from '@forge-cascade/contract'
import { isSameBytes, sha256Hex } from '#base'
import {
  formatVerifierKey,
  hashLeaf,
  LEAF_BYTES_MAX,
  openNote,
  parseCheckpoint,
  parseLogProof,
  parseVerifierKey,
  type VerifierKey,
  verifyInclusion,
} from '#ledger'
import {
  BUNDLE,
  type BundleFile,
  decisionsPath,
  entryPath,
  parseManifest,
  proofPath,
  rootOfFiles,
  sealText,
} from './bundle-manifest.ts'
import { decisionsOf, findDecisionsFault, indexOfDecisions, policiesIn } from './carried-decisions.ts'

/** The files of a bundle by their paths. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>

export interface VerifyBundleOptions {
  /** Keys of witnesses, had by another way, that have to have cosigned the checkpoint. */
  readonly witnesses?: readonly VerifierKey[]
  readonly signal?: AbortSignal
  /** Told in looks: one at each file, and one at each proof. */
  readonly onProgress?: (done: number, total: number) => void
}

/** The first thing that is not as it was written. */
interface Fault {
  readonly bad: string
  readonly reason: string
}

interface Sealed {
  readonly manifest: EvidenceManifest
  readonly signedBy: VerifierKey
}

/** The tree that the log signed. */
interface SignedTree {
  readonly note: string
  readonly size: number
  readonly root: Uint8Array
  /** Keys of others that signed it too. */
  readonly cosignedBy: readonly VerifierKey[]
}

/** Files that keys verify. */
const NOTES: ReadonlySet<string> = new Set([BUNDLE.note, BUNDLE.checkpoint])
const ENTRY = /^entries\/(0|[1-9]\d{0,15})\.json$/
const POLICIES = /^policies\/([0-9a-f]{64})\.json$/
/** Files that are looked at before others have their turn. */
const LOOKED_AT_ONCE = 256

/**
 * Judges a bundle by nothing but its files: the signature over the manifest, the digest of every file, the checkpoint and the
 * proof of every entry. It stops at the first damage. One that is whole by its own keys alone is told apart from a damaged
 * one, and is no more valid; so is one that a witness did not cosign.
 *
 * @param keys of the log, had by another way. Without them the bundle is held against its own, which shows that it is
 *   whole and not who made it.
 * @throws the reason of `signal`. Damage is a verdict, whatever the files hold.
 */
export async function verifyBundle(
  files: BundleFiles,
  keys: readonly VerifierKey[] | undefined,
  options: VerifyBundleOptions = {},
): Promise<EvidenceVerdict> {
  const verdict = await verifyWith(files, keys ?? ownKeys(files), keys === undefined ? 'bundle' : 'given', options)
  // A note that no given key signed: damaged, or of another log, or signed after a change of keys.
  if (keys === undefined || verdict.bad === undefined || !NOTES.has(verdict.bad)) return verdict
  const { valid, signed_by } = await verifyWith(files, ownKeys(files), 'bundle', { ...options, witnesses: [] })
  if (!valid || signed_by === undefined || keys.map(formatVerifierKey).includes(signed_by)) return verdict
  const reason = `it is whole, and not signed by the key that was given; it names ${signed_by} as its own`
  return { valid: false, key: 'given', own_key: signed_by, reason }
}

/** @param key whose these keys are. */
async function verifyWith(
  files: BundleFiles,
  known: readonly VerifierKey[],
  key: EvidenceVerdict['key'],
  options: VerifyBundleOptions,
): Promise<EvidenceVerdict> {
  const { witnesses = [] } = options
  const sealed = openManifest(files, known)
  if ('bad' in sealed) return { valid: false, key, ...sealed }
  const { manifest, signedBy } = sealed
  const { origin, made_at, entries } = manifest
  const said = { key, origin, signed_by: formatVerifierKey(signedBy), made_at } as const
  const tree = findListFault(files, manifest) ?? openTree(files, manifest, { known, witnesses })
  if ('bad' in tree) return { valid: false, ...said, ...tree }
  const cosignedBy = tree.cosignedBy.map(formatVerifierKey)
  const decisions = manifest.v === 1 ? undefined : manifest.decisions.entries
  const counted = { size: tree.size, entries, ...(decisions !== undefined && { decisions }) }
  const found = { ...said, ...(cosignedBy.length > 0 && { cosigned_by: cosignedBy }), ...counted }
  const fault = await findFault(files, manifest, tree, options)
  const absent = fault ? undefined : witnesses.map(formatVerifierKey).find((witness) => !cosignedBy.includes(witness))
  return { valid: !fault && absent === undefined, ...found, files: files.size, ...fault, ...notCosigned(absent) }
}

const notCosigned = (absent: string | undefined) =>
  absent !== undefined && { not_cosigned_by: absent, reason: `the witness ${absent} did not cosign its checkpoint` }

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8')

/** Lines that are no keys verify nothing; what damages them is found by their digest. */
const ownKeys = (files: BundleFiles): readonly VerifierKey[] =>
  textOf(files.get(BUNDLE.keys))
    .split('\n', EVIDENCE_LIMITS.keysMax)
    .map(parseVerifierKey)
    .filter((key) => key !== undefined)

/** The manifest, when the log that it names signed it. */
function openManifest(files: BundleFiles, keys: readonly VerifierKey[]): Sealed | Fault {
  const [bytes, note] = [files.get(BUNDLE.manifest), files.get(BUNDLE.note)]
  if (!bytes || !note) return { bad: bytes ? BUNDLE.note : BUNDLE.manifest, reason: 'it is missing' }
  const opened = openNote(note, keys)
  if (!opened) return { bad: BUNDLE.note, reason: 'it is not signed by a key that is known, or was altered' }
  const manifest = parseManifest(bytes)
  if (!manifest) return { bad: BUNDLE.manifest, reason: 'it is no manifest that is read here' }
  if (opened.text !== sealText(manifest.origin, bytes, manifest.root))
    return { bad: BUNDLE.manifest, reason: 'it is not the one that was signed' }
  const signedBy = opened.verified.find(({ name }) => name === manifest.origin)
  return signedBy ? { manifest, signedBy } : { bad: BUNDLE.note, reason: 'it is not signed by the log that it names' }
}

/** The files are those of the manifest, and the manifest adds up. */
function findListFault(files: BundleFiles, manifest: EvidenceManifest): Fault | undefined {
  if (rootOfFiles(manifest.files) !== manifest.root)
    return { bad: BUNDLE.manifest, reason: 'its root is not that of the files it lists' }
  const listed = new Set<string>([BUNDLE.manifest, BUNDLE.note])
  for (const { path } of manifest.files) {
    if (listed.has(path)) return { bad: path, reason: 'it is listed twice' }
    if (!files.has(path)) return { bad: path, reason: 'it is missing' }
    listed.add(path)
  }
  const other = [...files.keys()].find((path) => !listed.has(path))
  if (other !== undefined) return { bad: other, reason: 'it is not in the manifest' }
  const below = (folder: string): number => manifest.files.filter(({ path }) => path.startsWith(folder)).length
  const [entries, proofs] = [below('entries/'), below('proofs/')]
  const bad = BUNDLE.manifest
  if (entries !== manifest.entries || proofs !== entries)
    return { bad, reason: `it tells of ${manifest.entries} entries and lists ${entries} with ${proofs} proofs` }
  if (manifest.v === 1) return undefined
  const { entries: told, policies } = manifest.decisions
  const [carried, sets] = [below('decisions/'), below('policies/')]
  if (carried === told && sets === policies) return undefined
  const reason = `it tells of the decisions of ${told} entries by ${policies} sets of policies, and lists ${carried} by ${sets}`
  return { bad, reason }
}

interface TreeKeys {
  /** Of the log, and of others that may have signed. */
  readonly known: readonly VerifierKey[]
  readonly witnesses: readonly VerifierKey[]
}

/** The tree of the checkpoint, when the log signed it. */
function openTree(files: BundleFiles, { origin, checkpoint }: EvidenceManifest, { known, witnesses }: TreeKeys) {
  const bad = BUNDLE.checkpoint
  const opened = openNote(files.get(bad) ?? '', [...known, ...witnesses])
  const head = parseCheckpoint(opened?.text ?? '')
  if (!opened || !head) return { bad, reason: 'it is no checkpoint that a known key signed' }
  if (head.origin !== origin || !opened.verified.some((key) => key.name === origin && known.includes(key)))
    return { bad, reason: 'it is of another log' }
  if (head.size !== checkpoint.size || !isSameBytes(head.root, Buffer.from(checkpoint.root, 'hex')))
    return { bad, reason: 'it is not the one that the manifest names' }
  const cosignedBy = opened.verified.filter(({ name }) => name !== origin)
  return { note: textOf(files.get(bad)), size: head.size, root: head.root, cosignedBy } satisfies SignedTree
}

/** Digests first: of what was altered outside, the file itself is named and not what follows from it. */
async function findFault(
  files: BundleFiles,
  manifest: EvidenceManifest,
  tree: SignedTree,
  { signal, onProgress }: VerifyBundleOptions,
): Promise<Fault | undefined> {
  const looks = [
    ...manifest.files.map((file) => () => findDigestFault(files, file)),
    ...manifest.files
      .filter(({ path }) => path.startsWith('entries/'))
      .map((file) => () => findEntryFault(files, file, tree)),
    ...(manifest.v === 1
      ? []
      : manifest.files.map(
          ({ path }) =>
            () =>
              findDecisionFault(files, path),
        )),
  ]
  for (const [at, look] of looks.entries()) {
    const fault = look()
    if (fault) return fault
    if ((at + 1) % LOOKED_AT_ONCE !== 0) continue
    onProgress?.(at + 1, looks.length)
    signal?.throwIfAborted()
    await pause()
  }
  return undefined
}

function findDigestFault(files: BundleFiles, { path, bytes: length, sha256 }: BundleFile): Fault | undefined {
  const bytes = files.get(path) ?? new Uint8Array()
  if (bytes.length === length && sha256Hex(bytes) === sha256) return undefined
  return { bad: path, reason: 'its digest is not the one in the manifest' }
}

/** What is wrong with an entry or its proof. */
function findEntryFault(files: BundleFiles, { path }: BundleFile, tree: SignedTree): Fault | undefined {
  const bytes = files.get(path) ?? new Uint8Array()
  const index = Number(ENTRY.exec(path)?.[1] ?? Number.NaN)
  if (path !== entryPath(index)) return { bad: path, reason: 'it has no name of an entry' }
  if (bytes.length > LEAF_BYTES_MAX) return { bad: path, reason: 'it is longer than any entry' }
  if (indexOf(bytes) !== index) return { bad: path, reason: 'it is another entry than its name says' }
  const bad = proofPath(index)
  const proof = parseLogProof(files.get(bad) ?? '')
  if (proof?.index !== index) return { bad, reason: `it is no proof of entry ${index}` }
  if (proof.checkpoint !== tree.note) return { bad, reason: 'it is of another checkpoint' }
  const claim = { index, size: tree.size, leafHash: hashLeaf(bytes), proof: proof.hashes, root: tree.root }
  return verifyInclusion(claim)
    ? undefined
    : { bad, reason: 'it does not lead from the entry to the root that was signed' }
}

/** What is wrong with what decisions were made from, or is not there beside an entry that tells of some. */
function findDecisionFault(files: BundleFiles, path: string): Fault | undefined {
  const bytes = files.get(path) ?? new Uint8Array()
  if (ENTRY.test(path)) {
    const bad = decisionsPath(Number(ENTRY.exec(path)?.[1]))
    if (files.has(bad) || decisionsOf(bytes) === undefined) return undefined
    return { bad, reason: 'it is missing beside an entry that tells of decisions' }
  }
  if (path.startsWith('decisions/')) {
    const index = indexOfDecisions(path) ?? Number.NaN
    const entry = files.get(entryPath(index))
    if (entry === undefined)
      return { bad: path, reason: 'its entry, with the proof that this stands in the log, is missing' }
    const reason = findDecisionsFault(entry, bytes, index)
    return reason === undefined ? undefined : { bad: path, reason }
  }
  const digest = POLICIES.exec(path)?.[1]
  if (!path.startsWith('policies/') || (digest !== undefined && policiesIn(files, digest))) return undefined
  return { bad: path, reason: 'they are not the policies whose digest is its name' }
}

/** The index that a record says it has; undefined for what is no record. */
function indexOf(bytes: Uint8Array): unknown {
  try {
    const leaf: unknown = JSON.parse(textOf(bytes))
    return typeof leaf === 'object' && leaf !== null && 'index' in leaf ? leaf.index : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
