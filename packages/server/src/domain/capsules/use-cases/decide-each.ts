import { type CascadeError, isCascadeError } from '#base'
import type { Call } from './context.ts'

/** Capsules that are decided on at the same time. */
const TOGETHER = 16

/** Has the gate decide on each of several capsules. @returns those that it refuses, by their ids, with the reasons. */
export async function findRefused(
  { decideEach }: Pick<Call, 'decideEach'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CascadeError>> {
  const refused = new Map<string, CascadeError>()
  if (decideEach === undefined) return refused
  const decide = (id: string): Promise<void> =>
    decideEach(id).catch((error: unknown) => {
      if (!isCascadeError(error)) throw error
      refused.set(id, error)
    })
  for (let at = 0; at < ids.length; at += TOGETHER) await Promise.all(ids.slice(at, at + TOGETHER).map(decide))
  return refused
}
