import type { RecordType } from '@forge-cascade/contract'
import type { RecordPayload, RecordSubject } from '@forge-cascade/contract/records'
import { CascadeError } from '#base'
import { type Call, tellOf } from '#capsules'
import type { Change, UnitOfWork } from '#store'

type InstanceRecordType = Extract<RecordType, `${'system' | 'ledger' | 'witness' | 'evidence'}.${string}`>

interface Told<T extends InstanceRecordType> {
  readonly type: T
  readonly subject: RecordSubject<T>
  readonly payload: RecordPayload<T>
  /** What is changed with it, beside the rows of capsules. */
  readonly changes?: readonly Change[]
}

/** Tells in the log of what was done with the store as a whole, with the log itself, or with the logs of others. */
export async function tellOnce<T extends InstanceRecordType>(
  store: Pick<UnitOfWork, 'append'>,
  { command, grant }: Pick<Call, 'command' | 'grant'>,
  { type, subject, payload, changes = [] }: Told<T>,
): Promise<void> {
  const [outcome] = await store.append([{ ...command, grant, changes, ...tellOf(grant, type, subject, payload) }])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
}
