import type { HandlersFor } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

type Operations =
  | 'listProposals'
  | 'createProposal'
  | 'getProposal'
  | 'activateProposal'
  | 'voteOnProposal'
  | 'executeProposal'
  | 'exportElection'
  | 'listDelegations'
  | 'delegateVote'
  | 'revokeDelegation'

/** What people change by vote. */
export const proposalHandlers = ({ proposals }: HandlerContext): HandlersFor<Operations> => ({
  listProposals: async ({ query }) => ({ status: 200, body: await proposals.list(query) }),
  createProposal: async ({ call, body }) => {
    const made = await proposals.create(call, body)
    return { status: 201, body: made, headers: { location: `/v2/governance/proposals/${made.id}` } }
  },
  getProposal: async ({ params: { id } }) => ({ status: 200, body: await proposals.get(id) }),
  activateProposal: async ({ params: { id }, call }) => ({ status: 200, body: await proposals.activate(call, id) }),
  voteOnProposal: async ({ params: { id }, call, body }) => ({
    status: 200,
    body: await proposals.vote(call, id, body.vote),
  }),
  executeProposal: async ({ params: { id } }) => ({ status: 200, body: await proposals.retry(id) }),
  exportElection: async ({ params: { id } }) => ({ status: 200, body: await proposals.export(id) }),
  listDelegations: async ({ call }) => ({
    status: 200,
    body: { items: [...(await proposals.delegations(call.subject))] },
  }),
  delegateVote: async ({ call, body }) => ({ status: 200, body: await proposals.delegate(call, body) }),
  revokeDelegation: async ({ call, query }) => {
    await proposals.revoke(call, query.topic)
    return { status: 204 }
  },
})
