import { isSameBytes } from '#base'
import type { TreeHead } from '../ledger-store.ts'
import { EMPTY_ROOT, verifyConsistency } from '../merkle/index.ts'
import type { Submission } from './submission.ts'

/** What a witness says to a checkpoint that its log has signed. */
export type WitnessVerdict =
  /** It follows from the one that was cosigned last. */
  | { readonly kind: 'follows' }
  /** The log takes another size for the last; this is it. */
  | { readonly kind: 'otherSize'; readonly size: number }
  /** Nothing shows that it follows. Anybody can bring that about with a checkpoint of the log and a wrong proof. */
  | { readonly kind: 'unproven' }
  /** The log signed two trees of the same size: it has proved itself false. */
  | { readonly kind: 'forked' }

/**
 * Compares a submission with what was cosigned last for its log. A witness that keeps each checkpoint it cosigns before it
 * asks again never cosigns two that are inconsistent.
 *
 * @param last undefined where nothing was cosigned for the log yet.
 * @see https://c2sp.org/tlog-witness section "add-checkpoint"
 */
export function judgeSubmission(
  { checkpoint, oldSize, proof }: Submission,
  last: TreeHead | undefined,
): WitnessVerdict {
  const lastSize = last?.size ?? 0
  if (oldSize !== lastSize) return { kind: 'otherSize', size: lastSize }
  const { size, root } = checkpoint
  if (size === 0 && !isSameBytes(root, EMPTY_ROOT)) return { kind: 'forked' }
  if (size === last?.size && !isSameBytes(root, last.root)) return { kind: 'forked' }
  // Every tree follows from the empty one, and nothing is left to prove from itself.
  if (last === undefined || lastSize === 0 || size === lastSize)
    return { kind: proof.length === 0 ? 'follows' : 'unproven' }
  const follows = verifyConsistency({ from: lastSize, to: size, fromRoot: last.root, toRoot: root, proof })
  return { kind: follows ? 'follows' : 'unproven' }
}
