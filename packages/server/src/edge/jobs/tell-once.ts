import { CascadeError } from '#base'
import { type Call, tellOf } from '#capsules'
import type { Change, UnitOfWork } from '#store'

/** What is told of: the store as a whole, or its log. */
export const LOG = { subject: 'system/ledger' } as const
/** The key with which this instance cosigns for others. */
export const WITNESS = { subject: 'system/witness' } as const
const STORE = { subject: 'system/store' } as const

interface ToldOf {
  readonly subject: `system/${string}` | `log/${string}`
  /** What is changed with it, beside the rows of capsules. */
  readonly changes?: readonly Change[]
}

/** Tells in the log of what was done with the store as a whole, or with the log itself. */
export async function tellOnce(
  store: Pick<UnitOfWork, 'append'>,
  { command, grant }: Pick<Call, 'command' | 'grant'>,
  type: `system.${string}` | `ledger.${string}` | `witness.${string}` | `evidence.${string}`,
  payload: Readonly<Record<string, unknown>>,
  { subject, changes = [] }: ToldOf = STORE,
): Promise<void> {
  const [outcome] = await store.append([
    { ...command, grant, changes, ...tellOf(grant, 'system', type, subject, payload) },
  ])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
}
