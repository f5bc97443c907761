import { emergency, emergencyBody } from '../emergency.ts'
import { json, type RouteDefinition } from './route.ts'

const QUIET = {
  ...{ active: false, epoch: 0, since: null, reason: null, by: null, by_name: null, cause: null, file: false },
  ...{ lifts: [], alone_after: null },
}
const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const RAISED = {
  ...QUIET,
  active: true,
  epoch: 1,
  since: '2026-03-01T09:00:00.000Z',
  reason: 'An agent deletes what it should not',
  by: SUBJECT_ID,
  by_name: 'administrator',
  cause: 'call' as const,
}
const ASKED = {
  by: SUBJECT_ID,
  by_name: 'administrator',
  at: '2026-03-01T09:30:00.000Z',
  expires_at: '2026-03-01T10:30:00.000Z',
}

/** The kill switch. */
export const EMERGENCY = [
  {
    id: 'getEmergency',
    method: 'GET',
    path: '/v2/governance/emergency',
    tag: 'Governance',
    summary: 'Whether an emergency is on, since when and why',
    access: { action: 'emergency.read' },
    responses: { 200: json('How it stands.', emergency, QUIET) },
  },
  {
    id: 'setEmergency',
    method: 'POST',
    path: '/v2/governance/emergency',
    tag: 'Governance',
    summary: 'Turn the emergency on, or ask to lift it',
    description:
      'On: what is under way stops within a second. Off needs two people who are administrators or stewards: the first gets 202, and the second has an hour. Where there is only one such person, that one asks twice on the machine of the instance, a minute apart. Turning it on again takes back what was asked.',
    access: { action: 'emergency.raise' },
    body: { schema: emergencyBody, example: { active: true, reason: 'An agent deletes what it should not' } },
    responses: {
      200: json('On, or lifted.', emergency, RAISED),
      202: json('Asked; a second person is waited for.', emergency, { ...RAISED, lifts: [ASKED] }),
    },
    errors: ['CONFLICT', 'STORAGE_FULL'],
  },
] as const satisfies readonly RouteDefinition[]
