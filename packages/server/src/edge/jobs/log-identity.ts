import type { KeyObject } from 'node:crypto'
import { createEd25519Signer, formatVerifierKey, parseVerifierKey, type VerifierKey } from '#ledger'
import type { CollectionDefinition, Records, StoredRecord } from '#store'

/** Who this log is: one record, changed together with the leaf that tells of it. */
export const LOG_COLLECTION: CollectionDefinition = { name: 'log_identity', indexes: [] }
const KEY = 'log'

export interface LogIdentity {
  /** First line of its checkpoints, and the name of its keys. */
  readonly origin: string
  /** Verifier keys that sign or signed for the origin, the active one first. */
  readonly keys: readonly string[]
  /** The key before the active one, while it signs as well. */
  readonly previous?: {
    readonly key: string
    /** Milliseconds: from then on it signs no more. */
    readonly until: number
  }
  /**
   * Keys that sign no more, each with the entries that the log had when it ended: a checkpoint of more that it alone signed
   * proves nothing. A key that ended without being listed here counts for any size.
   */
  readonly ended?: Readonly<Record<string, number>>
  /** Verifier key of the ML-DSA-44 cosignatures on its own checkpoints, where it makes them. */
  readonly cosigner?: string
}

export const findLogRecord = (records: Pick<Records, 'find'>): Promise<StoredRecord<LogIdentity> | undefined> =>
  records.find<LogIdentity>(LOG_COLLECTION.name, KEY)

export const findLogIdentity = async (records: Pick<Records, 'find'>): Promise<LogIdentity | undefined> =>
  (await findLogRecord(records))?.value

/** @param expectedRevision of the record as it was read; whatever is there is replaced when left out. */
export const putLogIdentity = (
  records: Pick<Records, 'put'>,
  grant: Parameters<Records['put']>[0],
  identity: LogIdentity,
  expectedRevision?: number,
): ReturnType<Records['put']> =>
  records.put(grant, LOG_COLLECTION.name, KEY, identity, expectedRevision === undefined ? {} : { expectedRevision })

/** The origin of the log with this id: a name that nobody else has, without a host, for a log that need not be reachable. */
export const originOf = (id: string): string => `cascade/${id}`

/** Its keys as signatures are verified with them. */
export const keysOf = ({ keys }: LogIdentity): readonly VerifierKey[] =>
  keys.flatMap((text) => parseVerifierKey(text) ?? [])

/** Up to how many entries a key counts. */
export const countsUpToOf =
  ({ ended = {} }: LogIdentity) =>
  (key: VerifierKey): number =>
    ended[formatVerifierKey(key)] ?? Number.POSITIVE_INFINITY

/** The same log, whose keys of these names sign no more than so many entries. One that ended before stays ended there. */
export const withEnded = (identity: LogIdentity, keys: readonly string[], size: number): LogIdentity => ({
  ...identity,
  ended: { ...Object.fromEntries(keys.map((key) => [key, size])), ...identity.ended },
})

/** The verifier key of a private one, as text. */
export const verifierKeyOf = (origin: string, key: KeyObject): string =>
  formatVerifierKey(createEd25519Signer(origin, key).key)

/** Where the private keys of the log lie. */
export interface LogKeyFiles {
  open(
    isActive: (key: KeyObject) => boolean,
    isPrevious: (key: KeyObject) => boolean,
  ): { readonly active: KeyObject; readonly previous: KeyObject | undefined }
  prepare(): KeyObject
  promote(): void
  discard(): void
  retire(): void
}

/** The private keys of the log, as it knows them: what a change of keys left half done is settled. */
export async function openLogKeys(records: Pick<Records, 'find'>, files: LogKeyFiles) {
  const identity = await findLogIdentity(records)
  const isKnownAs = (text: string | undefined) => (key: KeyObject) =>
    identity !== undefined && text !== undefined && verifierKeyOf(identity.origin, key) === text
  return files.open(isKnownAs(identity?.keys[0]), isKnownAs(identity?.previous?.key))
}
