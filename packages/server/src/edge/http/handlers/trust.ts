import { explainTrust, quarantineCapsule, releaseCapsule, setTrust } from '#capsules'
import type { HandlersFor } from '../handler.ts'
import { presentTrust } from '../present/lineage.ts'
import type { HandlerContext } from './handler-context.ts'

type TrustOperations = 'getTrust' | 'setTrust' | 'quarantineCapsule' | 'releaseCapsule'

/** What a capsule may be trusted with. Every change answers with the trust that follows from it. */
export function trustHandlers({ capsules, metrics }: HandlerContext): HandlersFor<TrustOperations> {
  const answer = async (id: string) => ({ status: 200, body: presentTrust(await explainTrust(capsules, id)) }) as const
  return {
    getTrust: ({ params: { id } }) => answer(id),
    setTrust: async ({ params: { id }, call, body }) => {
      await setTrust(capsules, call, id, body)
      return answer(id)
    },
    quarantineCapsule: async ({ params: { id }, call, body }) => {
      await quarantineCapsule(capsules, call, id, body.reason)
      metrics.count('cascade_quarantines_total')
      return answer(id)
    },
    releaseCapsule: async ({ params: { id }, call, body }) => {
      await releaseCapsule(capsules, call, id, body.reason)
      return answer(id)
    },
  }
}
