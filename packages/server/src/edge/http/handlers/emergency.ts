import type { Emergency as EmergencyAnswer } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import { LIFT_MS } from '#governance'
import type { HandlersFor } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** The kill switch: seen, turned on and lifted. */
export function emergencyHandlers({
  capsules: { subjects },
  emergency,
}: HandlerContext): HandlersFor<'getEmergency' | 'setEmergency'> {
  const nameOf = async (id: string | null) => (id === null ? null : ((await subjects.find(id))?.name ?? null))
  const present = async (): Promise<EmergencyAnswer> => {
    const { state, isFileThere, aloneAfter } = await emergency.look()
    return {
      active: state.active,
      epoch: state.epoch,
      since: state.since === null ? null : toRfc3339(state.since),
      reason: state.reason,
      by: state.by,
      by_name: await nameOf(state.by),
      cause: state.cause,
      file: isFileThere,
      lifts: await Promise.all(
        state.lifts.map(async ({ by, at }) => ({
          ...{ by, by_name: await nameOf(by), at: toRfc3339(at) },
          expires_at: toRfc3339(at + LIFT_MS),
        })),
      ),
      alone_after: aloneAfter === null ? null : toRfc3339(aloneAfter),
    }
  }
  return {
    getEmergency: async () => ({ status: 200, body: await present() }),
    setEmergency: async ({ call, body: { active, reason }, grantForLines, isLocal }) => {
      if (active) {
        await emergency.raise(call, reason)
        return { status: 200, body: await present() }
      }
      const grant = await grantForLines('emergency.lift')
      await emergency.lift({ grant, command: call.command }, { reason, isLocal })
      const body = await present()
      return { status: body.active ? 202 : 200, body }
    },
  }
}
