import type { KeyObject } from 'node:crypto'
import { type Cosigner, createCosigner, formatVerifierKey, type SigningKeyKind } from '#ledger'
import type { CollectionDefinition, Records } from '#store'

/** As whom this instance cosigns: one record, changed together with the leaf that tells of it. */
export const WITNESS_COLLECTION: CollectionDefinition = { name: 'witness_identity', indexes: [] }
const KEY = 'witness'

export interface WitnessIdentity {
  /** Name of its keys. */
  readonly name: string
  /** Verifier keys that cosign; none in a store that was restored: what its keys cosigned since is not known to it. */
  readonly keys: readonly string[]
}

export const findWitnessIdentity = async (records: Pick<Records, 'find'>): Promise<WitnessIdentity | undefined> =>
  (await records.find<WitnessIdentity>(WITNESS_COLLECTION.name, KEY))?.value

export const putWitnessIdentity = (
  records: Pick<Records, 'put'>,
  grant: Parameters<Records['put']>[0],
  identity: WitnessIdentity,
): ReturnType<Records['put']> => records.put(grant, WITNESS_COLLECTION.name, KEY, identity)

/** Where the private keys of a witness lie, one of a kind. */
export interface CosignerKeys {
  /** @throws CascadeError UNAVAILABLE when a file is there that cannot be used. */
  find(kind: SigningKeyKind): KeyObject | undefined
  /** Makes a key in the place of the one that may be there, durably. */
  renew(kind: SigningKeyKind): KeyObject
}

/**
 * The cosigners of an identity. A key that the store does not know under this name is not used: it has cosigned what the
 * store knows nothing of, such as after a restore, or in another folder. A new one takes its place, which has cosigned
 * nothing yet.
 */
export function cosignersWith(
  name: string,
  known: WitnessIdentity | undefined,
  files: CosignerKeys,
  kinds: readonly SigningKeyKind[],
): readonly Cosigner[] {
  return kinds.map((kind) => {
    const found = files.find(kind)
    const cosigner = found && createCosigner(name, found)
    const isKnown = cosigner && known?.keys.includes(formatVerifierKey(cosigner.key))
    return isKnown ? cosigner : createCosigner(name, files.renew(kind))
  })
}
