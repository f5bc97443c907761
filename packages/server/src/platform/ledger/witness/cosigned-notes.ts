import type { StoredCheckpoint } from '../ledger-store.ts'

/** A checkpoint of this log, with who cosigned it. */
export interface CosignedCheckpoint extends StoredCheckpoint {
  /** Addresses of witnesses, each once, whatever number of keys it has. */
  readonly witnesses: readonly string[]
}

/** What is asked of a cosigned checkpoint. */
export interface CosignedWish {
  /** At least so many witnesses. */
  readonly witnesses: number
  /** It covers so many entries. */
  readonly size: number
}

/** The newest that so many witnesses cosigned and that covers so much; undefined where there is none. */
export const newestCosigned = (
  kept: readonly CosignedCheckpoint[],
  { witnesses, size }: CosignedWish,
): CosignedCheckpoint | undefined =>
  kept
    .filter((one) => one.witnesses.length >= witnesses && one.size >= size)
    .toSorted((one, other) => other.size - one.size)[0]

/** The one that most witnesses cosigned of those that cover so much, and the newest of these. */
export function mostCosigned(kept: readonly CosignedCheckpoint[], size: number): CosignedCheckpoint | undefined {
  const covering = kept.filter((one) => one.size >= size)
  const most = Math.max(0, ...covering.map(({ witnesses }) => witnesses.length))
  return newestCosigned(covering, { witnesses: Math.max(1, most), size })
}
