import { isCascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import type { StoreState } from '../render/ask-lines.ts'

/** Why nothing was found: whether there is anything to find. Asked for people alone; a script reads the statistics itself. */
export async function stateOfStore(context: CommandContext, found: boolean): Promise<StoreState> {
  if (found || context.settings.json) return 'inUse'
  try {
    const { capsules, by_status } = await (await context.openSession()).ask('capsuleStats')
    if (capsules === 0) return 'empty'
    return (by_status.ACTIVE ?? 0) === 0 ? 'atRest' : 'inUse'
  } catch (error) {
    // Who may not see the statistics, or gets none, still gets the answer.
    if (isCascadeError(error)) return 'inUse'
    throw error
  }
}
