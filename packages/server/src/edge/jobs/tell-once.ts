import { CascadeError } from '#base'
import { type Call, tellOf } from '#capsules'
import type { UnitOfWork } from '#store'

/** Tells in the log of what was done with the store as a whole, and changed none of its rows. */
export async function tellOnce(
  store: Pick<UnitOfWork, 'append'>,
  { command, grant }: Pick<Call, 'command' | 'grant'>,
  type: `system.${string}`,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> {
  const [outcome] = await store.append([
    { ...command, grant, changes: [], ...tellOf(grant, 'system', type, 'system/store', payload) },
  ])
  if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a record.')
}
