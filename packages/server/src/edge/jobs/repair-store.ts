import type { Call, CapsuleContext } from '#capsules'
import type { Finding, Repaired } from '#store'
import { tellOnce } from './tell-once.ts'

export interface RepairOptions {
  readonly store: CapsuleContext['store']
  /** Called when something was made anew: what was found wrong before may be right now. */
  readonly onRepaired: () => Promise<void>
}

/** What was made anew, and what a look through all of the store finds after that. */
export interface RepairReport {
  readonly repaired: readonly Repaired[]
  readonly findings: readonly Finding[]
}

/** Makes anew what is derived and damaged, and tells of it in the log. @throws CascadeError as `repair` of the store. */
export async function repairStore(
  { store, onRepaired }: RepairOptions,
  call: Call<'system.repair'>,
): Promise<RepairReport> {
  const repaired = await store.repair()
  if (repaired.length > 0) {
    const payload = { checks: repaired.map(({ check }) => check) }
    await tellOnce(store, call, { subject: 'system/store', type: 'system.repaired', payload })
    await onRepaired()
  }
  return { repaired, findings: await store.doctor('full') }
}
