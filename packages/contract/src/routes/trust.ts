import { z } from 'zod'
import { trustScore, uuid } from '../capsule.ts'
import { trustAnswer } from '../lineage.ts'
import { TRUST_EXAMPLE } from './examples.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })
const reason = z.strictObject({ reason: z.string().min(1).max(1000) })

/** What a capsule may be trusted with. */
export const TRUST = [
  {
    id: 'getTrust',
    method: 'GET',
    path: '/v2/capsules/{id}/trust',
    tag: 'Capsules',
    summary: 'Trust, what limits it, and how it came about',
    access: { action: 'capsule.read' },
    params: id,
    responses: { 200: json('Trust.', trustAnswer, TRUST_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'setTrust',
    method: 'PUT',
    path: '/v2/capsules/{id}/trust',
    tag: 'Capsules',
    summary: 'Change the trust of a capsule',
    description:
      'A lowering counts for everything derived from it before this answer; a rise follows in the background. The chunks of a document go with it.',
    access: { action: 'capsule.trust' },
    params: id,
    body: {
      schema: z.strictObject({ trust: trustScore, reason: z.string().min(1).max(1000) }),
      example: { trust: 80, reason: 'Reviewed by two people' },
    },
    responses: { 200: json('Trust now.', trustAnswer, TRUST_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
  },
  {
    id: 'quarantineCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/quarantine',
    tag: 'Capsules',
    summary: 'Quarantine a capsule: effective trust 0 for it, less for what derives from it',
    description: 'A capsule of CORE trust is immune: lower its trust first.',
    access: { action: 'capsule.trust' },
    params: id,
    body: { schema: reason, example: { reason: 'The source was retracted' } },
    responses: { 200: json('Trust now.', trustAnswer, TRUST_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED', 'IN_FLIGHT'],
    idempotent: true,
  },
  {
    id: 'releaseCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/release',
    tag: 'Capsules',
    summary: 'Lift a quarantine',
    description: 'The capsule has the trust and the status again that it had before.',
    access: { action: 'capsule.trust' },
    params: id,
    body: { schema: reason, example: { reason: 'Checked against the new edition' } },
    responses: { 200: json('Trust now.', trustAnswer, TRUST_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED', 'IN_FLIGHT'],
    idempotent: true,
  },
] as const satisfies readonly RouteDefinition[]
