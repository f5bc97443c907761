import type { HandlersFor } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

/** What waits for somebody's word. */
export const approvalHandlers = ({
  approvals,
}: HandlerContext): HandlersFor<'listApprovals' | 'getApproval' | 'decideApproval'> => ({
  listApprovals: async ({ call, query }) => ({ status: 200, body: await approvals.list(call.subject, query) }),
  getApproval: async ({ params: { id } }) => ({ status: 200, body: await approvals.get(id) }),
  decideApproval: async ({ params: { id }, call, body }) => ({
    status: 200,
    body: await approvals.decide(call, id, body),
  }),
})
