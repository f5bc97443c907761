import type { HandlersFor } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

type Operations =
  | 'listProposals'
  | 'createProposal'
  | 'getProposal'
  | 'activateProposal'
  | 'withdrawProposal'
  | 'voteOnProposal'
  | 'executeProposal'
  | 'exportElection'
  | 'analyseProposal'
  | 'getProposalAdvice'
  | 'adviseOnProposal'
  | 'listDelegations'
  | 'delegateVote'
  | 'revokeDelegation'

/** What people change by vote. */
export const proposalHandlers = ({
  proposals,
  analysis,
  council,
  governance,
}: HandlerContext): HandlersFor<Operations> => ({
  listProposals: async ({ query, call }) => ({ status: 200, body: await proposals.list(call.subject, query) }),
  createProposal: async ({ call, body }) => {
    const made = await proposals.create(call, body)
    return { status: 201, body: made, headers: { location: `/v2/governance/proposals/${made.id}` } }
  },
  getProposal: async ({ params: { id }, call }) => ({ status: 200, body: await proposals.get(call.subject, id) }),
  activateProposal: async ({ params: { id }, call }) => ({ status: 200, body: await proposals.activate(call, id) }),
  voteOnProposal: async ({ params: { id }, call, body }) => ({
    status: 200,
    body: await proposals.vote(call, id, body.vote),
  }),
  executeProposal: async ({ params: { id }, call }) => ({ status: 200, body: await proposals.retry(call.subject, id) }),
  exportElection: async ({ params: { id }, call }) => ({
    status: 200,
    body: await proposals.export(call.subject, id),
  }),
  withdrawProposal: async ({ params: { id }, call }) => ({ status: 200, body: await proposals.withdraw(call, id) }),
  analyseProposal: async ({ params: { id }, query, call, correlationId, getCredential, signal }) => {
    const { findFacts, gate } = governance
    const asking = {
      action: 'governance.read',
      subject: call.subject,
      scopes: getCredential().scopes,
      correlationId,
    } as const
    const mayRead = async (decisionId: string): Promise<boolean> => {
      const resource = `decision/${decisionId}`
      const facts = await findFacts?.(resource, call.subject)
      if (facts === 'absent') return false
      return gate.preview({ ...asking, resource, ...(facts && { facts }) }).verdict.applied === 'allow'
    }
    return { status: 200, body: await analysis.analyse(call.subject, id, { ...query, signal, mayRead }) }
  },
  getProposalAdvice: async ({ params: { id }, call }) => ({
    status: 200,
    body: await council.advice(call.subject, id),
  }),
  adviseOnProposal: async ({ params: { id }, call, signal }) => ({
    status: 200,
    body: await council.advise(call, id, signal),
  }),
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
