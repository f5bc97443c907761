import {
  type Call,
  type CapsuleContext,
  explainTrust,
  quarantineCapsule,
  releaseCapsule,
  seenBy,
  setTrust,
} from '#capsules'
import type { HandlersFor } from '../handler.ts'
import { presentTrust } from '../present/lineage.ts'
import type { HandlerContext } from './handler-context.ts'

type TrustOperations = 'getTrust' | 'setTrust' | 'quarantineCapsule' | 'releaseCapsule'

/** What a capsule may be trusted with. Every change answers with the trust that follows from it. */
export function trustHandlers({ capsules: all, metrics }: HandlerContext): HandlersFor<TrustOperations> {
  const seen = ({ subject }: Call) => seenBy(all, subject)
  const answer = async (capsules: CapsuleContext, id: string) =>
    ({ status: 200, body: presentTrust(await explainTrust(capsules, id)) }) as const
  return {
    getTrust: async ({ params: { id }, call }) => answer(await seen(call), id),
    setTrust: async ({ params: { id }, call, body }) => {
      const capsules = await seen(call)
      await setTrust(capsules, call, id, body)
      return answer(capsules, id)
    },
    quarantineCapsule: async ({ params: { id }, call, body }) => {
      const capsules = await seen(call)
      await quarantineCapsule(capsules, call, id, body.reason)
      metrics.count('cascade_quarantines_total')
      return answer(capsules, id)
    },
    releaseCapsule: async ({ params: { id }, call, body }) => {
      const capsules = await seen(call)
      await releaseCapsule(capsules, call, id, body.reason)
      return answer(capsules, id)
    },
  }
}
