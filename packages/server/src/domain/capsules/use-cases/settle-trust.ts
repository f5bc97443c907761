import { CascadeError, sha256Hex } from '#base'
import { type Grant, toRecord } from '#store'
import type { CapsuleContext } from './context.ts'

const CAPSULES_PER_COMMAND = 200

/**
 * Raises the effective trust of capsules whose lineage supports more again, until there is nothing left to raise or
 * `signal` says stop. Raising one capsule marks what derives from it, so a rise travels down generation by generation.
 *
 * @returns how many capsules were looked at.
 */
export async function settleTrust(
  { store, newId }: Pick<CapsuleContext, 'store' | 'newId'>,
  grant: () => Grant<'system.maintain'>,
  signal: AbortSignal,
): Promise<number> {
  let settled = 0
  while (!signal.aborted) {
    const ids = await store.capsules.listUnsettled(CAPSULES_PER_COMMAND)
    if (ids.length === 0) break
    const one = grant()
    const [outcome] = await store.append([
      {
        id: sha256Hex(`settle:${newId()}`).slice(0, 32),
        grant: one,
        changes: [store.capsules.settle(one, ids)],
        records: [toRecord(one, 'capsule.trust_settled', 'capsule/*', { capsules: ids }, {})],
        events: [],
      },
    ])
    if (!outcome?.ok) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing to a settling.')
    settled += ids.length
  }
  return settled
}
