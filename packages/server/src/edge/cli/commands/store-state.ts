import type { CapsuleStatus } from '@forge-cascade/contract/vocabulary'
import { isCascadeError } from '#base'
import type { CommandContext } from '../command-context.ts'
import type { StoreState } from '../render/ask-lines.ts'
import type { Session } from '../session.ts'

/**
 * Why nothing was found: whether there is anything that the caller may find. Asked for people alone, and of what they may read;
 * a script reads the statistics itself.
 */
export async function stateOfStore(context: CommandContext, found: boolean): Promise<StoreState> {
  if (found || context.settings.json) return 'inUse'
  try {
    const session = await context.openSession()
    const { token } = await session.ask('getSelf')
    if (!mayList(token?.scopes ?? null)) return 'inUse'
    if (await hasAny(session, ['ACTIVE'])) return 'inUse'
    return (await hasAny(session, ['ARCHIVED', 'QUARANTINED'])) ? 'atRest' : 'empty'
  } catch (error) {
    // Whoever may see nothing of that still gets the answer.
    if (isCascadeError(error)) return 'inUse'
    throw error
  }
}

/** What a token is not for is not asked with it: the refusal would stand on record. */
const mayList = (scopes: readonly string[] | null): boolean =>
  scopes === null || scopes.some((scope) => ['*', 'capsule.*', 'capsule.read'].includes(scope))

async function hasAny(session: Session, status: readonly CapsuleStatus[]): Promise<boolean> {
  const { items, next_cursor } = await session.ask('listCapsules', { query: { limit: 1, status } })
  return items.length > 0 || next_cursor !== null
}
