import { isSameBytes } from '#base'
import { ContentWalk } from './content-walk.ts'
import type { LedgerStore, StoredCheckpoint } from './ledger-store.ts'
import { askOf, type LogDamage, type LogVerdict } from './log-damage.ts'
import { LogWalk } from './log-walk.ts'
import type { Hash } from './merkle/index.ts'
import { type Checkpoint, parseCheckpoint, parseNote, type VerifierKey } from './note/index.ts'
import { openCheckpoint } from './signed-log.ts'

export interface VerifyLogOptions {
  readonly ledger: Pick<
    LedgerStore,
    'rawRange' | 'keptTile' | 'tile' | 'grow' | 'rootAt' | 'checkpoint' | 'verifyContents' | 'countVersions'
  >
  /** Index of the newest entry; -1 of an empty log. */
  readonly head: number
  /** Whose newest checkpoint is held against the log; none where it is left out. */
  readonly origin?: string
  /** Keys that signed for the origin; without them the signature is not verified. */
  readonly keys?: readonly VerifierKey[]
  /** 0 checks all there is; any other index only the chain from there on, and the checkpoint. */
  readonly from?: number
  /** True where the entries and what was signed of them are all that is looked at: no tree, no contents. */
  readonly isLogAlone?: boolean
  readonly signal?: AbortSignal | undefined
  /** Told in entries. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

type Signed =
  | { readonly kind: 'none' }
  | { readonly kind: 'sound'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'unsound'; readonly reason: string }

/**
 * Holds a log against itself and against what was signed of it: that each entry is the canonical text of a leaf, stands at
 * its place, has the hash that is stored for it, and follows from the one before; that the tiles and roots of the store are
 * those of the entries; that the newest checkpoint is signed and has their root; and that the versions of capsules that they
 * tell of say what they said. It stops at the first damage; of contents, once it has looked at the rest.
 *
 * A checkpoint that speaks of more entries than `head` lengthens the log that is expected: either it was signed since, and
 * they are there, or the log was cut.
 *
 * @throws the reason of `signal`, and failures of the store that are no damage. Damage is a verdict.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<LogVerdict> {
  const { ledger, head, from = 0, isLogAlone = false, signal, onProgress } = options
  const signed = await readSigned(options)
  const notedSize = signed.kind === 'sound' ? signed.checkpoint.size : 0
  const size = Math.max(head + 1, notedSize)
  const grown = from > 0 || isLogAlone ? undefined : await askOf(() => ledger.grow())
  const contents = new ContentWalk(ledger, signal)
  // The tail begins one earlier: that entry has the hash which the first of the tail must name.
  const begin = Math.max(0, Math.min(from, size) - 1)
  const walk = new LogWalk({
    ...{ ledger, from: begin, size, withTiles: grown?.ok === true, notedSize, signal, onProgress },
    contents: isLogAlone ? undefined : contents,
  })
  const damage =
    (await walk.run()) ??
    (signed.kind === 'unsound' ? { part: 'checkpoint', reason: signed.reason } : undefined) ??
    (grown?.ok === false ? { part: 'tree', reason: `the tree: ${grown.reason}` } : undefined) ??
    findCheckpointDamage(walk, signed) ??
    (isLogAlone ? undefined : await findRootDamage(ledger, walk, size, signed)) ??
    (isLogAlone ? undefined : await contents.end(from === 0))
  return {
    valid: damage === undefined,
    size,
    checkedTo: walk.checkedTo,
    ...damage,
    ...(!isLogAlone && { contents: contents.counts }),
    ...(signed.kind === 'sound' && { checkpoint: { size: notedSize } }),
  }
}

/** The newest checkpoint of the store: that its note says what its row does, and who signed it. */
async function readSigned({ ledger, origin, keys }: VerifyLogOptions): Promise<Signed> {
  if (origin === undefined) return { kind: 'none' }
  const found = await askOf(() => ledger.checkpoint(origin))
  if (!found.ok) return { kind: 'unsound', reason: `the checkpoint: ${found.reason}` }
  if (found.value === undefined) return { kind: 'none' }
  const { note, size, root } = found.value
  const checkpoint = keys ? openCheckpoint(note, origin, keys) : readCheckpoint(found.value)
  if (checkpoint && checkpoint.size === size && isSameBytes(checkpoint.root, root)) return { kind: 'sound', checkpoint }
  return { kind: 'unsound', reason: `the checkpoint of ${size} entries is not one that this log signed` }
}

/** What a note says, whoever signed it. */
function readCheckpoint({ note, origin }: StoredCheckpoint): Checkpoint | undefined {
  const checkpoint = parseCheckpoint(parseNote(note)?.text ?? '')
  return checkpoint?.origin === origin ? checkpoint : undefined
}

/** Holds the root that was signed against the one that the entries make. */
function findCheckpointDamage(walk: LogWalk, signed: Signed): LogDamage | undefined {
  if (signed.kind !== 'sound' || !walk.notedRoot || isSameBytes(walk.notedRoot, signed.checkpoint.root))
    return undefined
  const { size } = signed.checkpoint
  return { part: 'checkpoint', reason: `the checkpoint of ${size} entries has another root than they have` }
}

/** Holds the roots that the store gives against the one that was signed, and the one that the entries make. */
async function findRootDamage(
  ledger: VerifyLogOptions['ledger'],
  walk: LogWalk,
  size: number,
  signed: Signed,
): Promise<LogDamage | undefined> {
  return (
    (signed.kind === 'sound' ? await compareRoot(ledger, signed.checkpoint.size, signed.checkpoint.root) : undefined) ??
    (walk.root && (await compareRoot(ledger, size, walk.root)))
  )
}

async function compareRoot(
  ledger: VerifyLogOptions['ledger'],
  size: number,
  root: Hash,
): Promise<LogDamage | undefined> {
  const stored = await askOf(() => ledger.rootAt(size))
  if (!stored.ok) return { part: 'tree', reason: `the tree of ${size} entries: ${stored.reason}` }
  if (isSameBytes(stored.value, root)) return undefined
  return { part: 'tree', reason: `the tree of ${size} entries has another root` }
}
