import { parseVerifierKey, type VerifierKey } from '#ledger'
import type { CollectionDefinition, Records } from '#store'

/** Who this log is: one record, changed together with the leaf that tells of it. */
export const LOG_COLLECTION: CollectionDefinition = { name: 'log_identity', indexes: [] }
const KEY = 'log'

export interface LogIdentity {
  /** First line of its checkpoints, and the name of its keys. */
  readonly origin: string
  /** Verifier keys that sign or signed for the origin, the active one first. */
  readonly keys: readonly string[]
}

export const findLogIdentity = async (records: Pick<Records, 'find'>): Promise<LogIdentity | undefined> =>
  (await records.find<LogIdentity>(LOG_COLLECTION.name, KEY))?.value

export const putLogIdentity = (
  records: Pick<Records, 'put'>,
  grant: Parameters<Records['put']>[0],
  identity: LogIdentity,
): ReturnType<Records['put']> => records.put(grant, LOG_COLLECTION.name, KEY, identity)

/** The origin of the log with this id: a name that nobody else has, without a host, for a log that need not be reachable. */
export const originOf = (id: string): string => `cascade/${id}`

/** Its keys as signatures are verified with them. */
export const keysOf = ({ keys }: LogIdentity): readonly VerifierKey[] =>
  keys.flatMap((text) => parseVerifierKey(text) ?? [])
