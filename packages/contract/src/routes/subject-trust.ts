import { z } from 'zod'
import { subjectRef } from '../identity.ts'
import { subjectTrust } from '../subject-trust.ts'
import { json, type RouteDefinition } from './route.ts'

const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000002'
const EXAMPLE = {
  ...{ id: SUBJECT_ID, name: 'ada', trust: 61, trust_level: 'STANDARD', quarantined: false, failures: 0 },
  explanation: '61 (STANDARD), after 1 piece of evidence.',
  recomputed: { trust: 61, same: true },
  history: [
    {
      ...{ kind: 'success', old: 60, new: 61, reason: 'success' },
      ...{ by: '01939b3e-0000-7000-8000-000000000001', by_name: 'administrator', own: false, note: null },
      at: '2026-03-01T09:00:00.000Z',
    },
  ],
}

/** What a subject may be trusted with. */
export const SUBJECT_TRUST = [
  {
    id: 'getSubjectTrust',
    method: 'GET',
    path: '/v2/subjects/{id}/trust',
    tag: 'Governance',
    summary: 'Trust of a subject, and every point of evidence that it came about by',
    access: { action: 'trust.read' },
    params: z.object({ id: subjectRef }),
    responses: { 200: json('Trust.', subjectTrust, EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'getOwnTrust',
    method: 'GET',
    path: '/v2/me/trust',
    tag: 'Governance',
    summary: 'Trust of your own, or of an agent of yours, and every point of evidence that it came about by',
    description: 'Every token is good for this, whatever its scopes.',
    access: { action: 'subject.self' },
    query: z.strictObject({
      agent: subjectRef.optional().describe('An agent of yours, by id or name; you, when left out.'),
    }),
    responses: { 200: json('Trust.', subjectTrust, EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
] as const satisfies readonly RouteDefinition[]
