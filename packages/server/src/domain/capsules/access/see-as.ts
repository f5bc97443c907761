import type { Subject } from '#identity'
import type { CommandOutcome, Receipt } from '#store'
import type { Store } from '../../store.ts'
import type { CapsuleContext } from '../use-cases/context.ts'
import type { ReadRights } from './read-rights.ts'
import { rightsOf } from './rights-of.ts'
import { ofWhole, Sight, seenCapsules } from './seen-capsules.ts'

/** The context for a subject: what it may not read is not there. */
export const seenBy = async <C extends CapsuleContext>(context: C, subject: Subject): Promise<C> =>
  seeAs(context, await rightsOf(context, subject))

/** For what is about the store as a whole. @throws CascadeError FORBIDDEN for a subject that may not read everything. */
export async function requireWhole(context: CapsuleContext, subject: Subject): Promise<void> {
  if (!(await rightsOf(context, subject)).isWhole) throw ofWhole()
}

/**
 * The same context for a caller of these rights: its store has the capsules that the caller may read, and no others. What
 * use cases read with it, refuse with it and tell with it names nothing else. Without a bound it is the context itself.
 */
export function seeAs<C extends CapsuleContext>(context: C, rights: ReadRights): C {
  if (rights.isWhole) return context
  const members: Pick<CapsuleContext, 'store' | 'whole' | 'rights'> = {
    store: seenStore(context.store, rights),
    whole: context,
    rights,
  }
  // Settings and embedders are those of now whenever they are asked for, so that a copy of them would grow old.
  return new Proxy(context, {
    get: (target, name): unknown => Reflect.get(members, name) ?? Reflect.get(target, name, target),
  })
}

function seenStore(store: Store, rights: ReadRights): Store {
  const sight = new Sight(store.capsules, rights)
  const seenReceipt = async (receipt: Receipt): Promise<Receipt> => {
    const seen = await sight.readable(receipt.near_duplicates.map(({ id }) => id))
    return { ...receipt, near_duplicates: receipt.near_duplicates.filter(({ id }) => seen.has(id)) }
  }
  const seenOutcome = async (outcome: CommandOutcome): Promise<CommandOutcome> =>
    outcome.ok ? { ...outcome, receipt: await seenReceipt(outcome.receipt) } : outcome
  return {
    capsules: seenCapsules(store.capsules, rights),
    ledger: store.ledger,
    records: store.records,
    append: async (commands) => Promise.all((await store.append(commands)).map(seenOutcome)),
    async receipt(commandId) {
      const receipt = await store.receipt(commandId)
      return receipt && seenReceipt(receipt)
    },
    head: () => store.head(),
    changesSince: (sequence, limit) => store.changesSince(sequence, limit),
    capabilities: () => store.capabilities(),
    ready: () => store.ready(),
    doctor: (depth, onProgress) => store.doctor(depth, onProgress),
    repair: (findings) => store.repair(findings),
    scrub: () => store.scrub(),
    // It is lent: whoever opened it closes it.
    [Symbol.asyncDispose]: async () => undefined,
  }
}
