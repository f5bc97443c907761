import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** The instance itself. */
export function systemHandlers({ system, capsules }: HandlerContext): HandlersFor<OperationsOf<'System'>> {
  return {
    getSystemHealth: async () => ({ status: 200, body: await system.health() }),
    healthDeep: async () => {
      const body = await system.probe()
      return { status: body.status === 'failed' ? 503 : 200, body }
    },
    getConfig: () => ({ status: 200, body: { items: system.config() } }),
    runDoctor: async ({ body: { depth } }) => {
      const findings = [...(await capsules.store.doctor(depth)), ...(await system.findings())]
      return { status: 200, body: { ok: findings.every(({ ok }) => ok), findings } }
    },
    repairStore: async ({ call }) => ({ status: 200, body: await system.repair(call) }),
    handOver: () => {
      system.handOver()
      return { status: 202 }
    },
    createBackup: async ({ call, body }) => ({ status: 201, body: await system.backup(call, body) }),
  }
}
