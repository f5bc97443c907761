import type { Call, CapsuleContext } from '#capsules'
import { type Finding, LOG_TREE, type Repaired } from '#store'
import type { LedgerDesk } from './ledger-desk.ts'
import { tellOnce } from './tell-once.ts'

export interface RepairOptions {
  readonly store: CapsuleContext['store']
  readonly ledger: Pick<LedgerDesk, 'regrow'>
  /** Called when something was made anew: what was found wrong before may be right now. */
  readonly onRepaired: () => Promise<void>
}

/** What was made anew, and what a look through all of the store finds after that. */
export interface RepairReport {
  readonly repaired: readonly Repaired[]
  readonly findings: readonly Finding[]
}

/**
 * Makes anew what is derived and damaged, and tells of it in the log.
 *
 * @throws CascadeError DATA_CORRUPT when something of it follows from what is damaged as well, after the rest was made anew;
 *   STORAGE_FULL; RATE_LIMITED while the log is verified.
 */
export async function repairStore(
  { store, ledger, onRepaired }: RepairOptions,
  call: Pick<Call<'system.repair'>, 'grant' | 'command'>,
): Promise<RepairReport> {
  const findings = await store.doctor('full')
  const attempts = await Promise.allSettled([store.repair(findings), repairTree(ledger, findings)])
  const repaired = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? attempt.value : []))
  if (repaired.length > 0) {
    const payload = { checks: repaired.map(({ check }) => check) }
    await tellOnce(store, call, { subject: 'system/store', type: 'system.repaired', payload })
    await onRepaired()
  }
  for (const attempt of attempts) if (attempt.status === 'rejected') throw attempt.reason
  return { repaired, findings: repaired.length > 0 ? await store.doctor('full') : findings }
}

/** What the log is made of is not touched: `regrow` refuses where that is damaged. */
async function repairTree(
  ledger: Pick<LedgerDesk, 'regrow'>,
  findings: readonly Finding[],
): Promise<readonly Repaired[]> {
  if (findings.every(({ check, ok }) => ok || check !== LOG_TREE)) return []
  const { verdict } = await ledger.regrow()
  return [{ check: LOG_TREE, detail: `made anew from ${verdict.size} entries` }]
}
