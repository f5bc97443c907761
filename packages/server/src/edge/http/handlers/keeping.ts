import type { LegalHold } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import {
  absent,
  getPlaced,
  type HoldRow,
  liftHold,
  listHolds,
  placeHold,
  requireRight,
  requireWhole,
  seenBy,
} from '#capsules'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** Legal holds, and what is erased for good. */
export function keepingHandlers({ capsules, erasures }: HandlerContext): HandlersFor<OperationsOf<'Keeping'>> {
  const present = async (row: HoldRow): Promise<LegalHold> => ({
    id: row.id,
    state: row.state,
    target: row.target,
    reason: row.reason,
    placed_by: row.placedBy,
    placed_by_name: (await capsules.subjects.find(row.placedBy))?.name ?? null,
    placed_at: toRfc3339(row.placedAt),
    lifted: row.lifted && { ...row.lifted, at: toRfc3339(row.lifted.at) },
  })
  return {
    eraseCapsule: async ({ params: { id }, call, body }) => {
      const seen = await seenBy(capsules, call.subject)
      if (seen.rights) requireRight(seen.rights, 'erase', await getPlaced(seen, id))
      const isSeen = async (each: string): Promise<boolean> => (await seen.store.capsules.getFacts([each])).length > 0
      if (!(await isSeen(id))) throw absent(id)
      const request = { target: { kind: 'capsule', capsule: id }, legalBasis: body.legal_basis } as const
      const erasure = await (body.dry_run ? erasures.plan(call, request) : erasures.erase(call, request))
      const stays = await Promise.all(erasure.stays.map(async (one) => ((await isSeen(one.id)) ? [one] : [])))
      return { status: 200, body: { ...erasure, stays: stays.flat() } }
    },
    createErasure: async ({ call: asked, body, decideEach }) => {
      const call = { ...asked, decideEach: decideEach('capsule.erase') }
      await requireWhole(capsules, call.subject)
      const request = { target: { kind: 'subject', subject: body.subject }, legalBasis: body.legal_basis } as const
      return { status: 200, body: await (body.dry_run ? erasures.plan(call, request) : erasures.erase(call, request)) }
    },
    listErasures: async ({ call, query }) => {
      await requireWhole(capsules, call.subject)
      const { items, next } = await erasures.list(query)
      return { status: 200, body: { items, next_cursor: next ?? null } }
    },
    getErasure: async ({ params: { id }, call }) => {
      await requireWhole(capsules, call.subject)
      return { status: 200, body: await erasures.get(id) }
    },
    placeHold: async ({ call, body }) => ({ status: 201, body: await present(await placeHold(capsules, call, body)) }),
    listHolds: async ({ call, query }) => {
      await requireWhole(capsules, call.subject)
      const { items, next } = await listHolds(capsules, query)
      return { status: 200, body: { items: await Promise.all(items.map(present)), next_cursor: next ?? null } }
    },
    liftHold: async ({ params: { id }, call, body }) => ({
      status: 200,
      body: await present(await liftHold(capsules, call, id, body.reason)),
    }),
  }
}
