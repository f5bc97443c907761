import { z } from 'zod'
import { approval, approvalDecisionBody, approvalPage, approvalsQuery } from '../approval.ts'
import { uuid } from '../capsule.ts'
import { EXAMPLE_ID } from './examples.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })
const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const STEWARD_ID = '01939b3e-0000-7000-8000-000000000002'

export const APPROVAL_EXAMPLE = {
  id: '01939b41-0000-7000-8000-000000000009',
  state: 'waiting' as const,
  action: 'capsule.erase' as const,
  resource: `capsule/${EXAMPLE_ID}`,
  requester: SUBJECT_ID,
  requester_name: 'ada',
  operation: { id: 'eraseCapsule', params: { id: EXAMPLE_ID }, query: {}, body: { legal_basis: 'gdpr-17' } },
  version: '1.0.0',
  decision_id: '01939b41-0000-7000-8000-000000000008',
  digest: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  reasons: [
    {
      code: 'FORBIDDEN_BY_POLICY',
      message: 'A policy forbids it: What erases for good takes somebody’s approval (guard.erase).',
      policy_id: 'guard.erase',
    },
  ],
  created_at: '2026-03-01T09:00:00.000Z',
  expires_at: '2026-03-02T09:00:00.000Z',
  decided: null,
  outcome: null,
}
const EXECUTED = {
  ...APPROVAL_EXAMPLE,
  state: 'executed' as const,
  decided: { by: STEWARD_ID, by_name: 'grace', at: '2026-03-01T10:00:00.000Z', reason: 'The person asked for it' },
  outcome: { at: '2026-03-01T10:00:00.120Z', code: null, detail: null, id: EXAMPLE_ID },
}
const GROUP = { requester: SUBJECT_ID, requester_name: 'ada', action: 'capsule.erase', waiting: 1 }

/** What waits for somebody's word. */
export const APPROVALS = [
  {
    id: 'listApprovals',
    method: 'GET',
    path: '/v2/governance/approvals',
    tag: 'Governance',
    summary: 'What waits for an approval, or waited, oldest first',
    description: 'You see what you asked for and what you may approve. A page may have fewer items than asked for.',
    access: { action: 'approval.read' },
    query: approvalsQuery,
    responses: {
      200: json('A page.', approvalPage, { items: [APPROVAL_EXAMPLE], groups: [GROUP], next_cursor: null }),
    },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'getApproval',
    method: 'GET',
    path: '/v2/governance/approvals/{id}',
    tag: 'Governance',
    summary: 'One request that waits or waited, and what became of it',
    access: { action: 'approval.read' },
    params: id,
    responses: { 200: json('It.', approval, APPROVAL_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'decideApproval',
    method: 'POST',
    path: '/v2/governance/approvals/{id}',
    tag: 'Governance',
    summary: 'Approve or reject a request that waits',
    description:
      'Approved, it is carried out at once in the name of whoever asked, exactly once, and decided again before: where the capsule, the policies or the rights of whoever asked have changed it fails and nothing is done. Nobody decides on a request of their own.',
    access: { action: 'approval.decide' },
    params: id,
    body: { schema: approvalDecisionBody, example: { decision: 'approve', reason: 'The person asked for it' } },
    responses: { 200: json('What became of it.', approval, EXECUTED) },
    errors: ['NOT_FOUND', 'CONFLICT', 'STORAGE_FULL'],
    unhurried: true,
  },
] as const satisfies readonly RouteDefinition[]
