import { z } from 'zod'
import { uuid } from '../capsule.ts'
import { page, paged } from '../parameters.ts'
import { acceptance, acceptanceBody, namespaceShareBody, saleCard, share, shareBody } from '../share.ts'
import { EXAMPLE_ID } from './examples.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })
const shares = paged(share, 'SharePage')

const GRANTOR = '01939b3e-0000-7000-8000-000000000001'
const EXAMPLE = {
  id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e',
  capsule: EXAMPLE_ID,
  namespace: null,
  with: '01939b3e-0000-7000-8000-000000000002',
  with_name: 'grace',
  right: 'read' as const,
  granted_by: GRANTOR,
  granted_by_name: 'administrator',
  granted_at: '2026-03-01T09:00:00.000Z',
  until: null,
}
const SCOPE_EXAMPLE = { ...EXAMPLE, capsule: null, namespace: { owner: null, lane: 'contracts' } }
const DIGEST = 'c0ffee'.padEnd(64, '0')
const access = { action: 'capsule.share' } as const

/** Who else may read, change or fork. */
export const SHARES = [
  {
    id: 'listCapsuleShares',
    method: 'GET',
    path: '/v2/capsules/{id}/shares',
    tag: 'Sharing',
    summary: 'List with whom a capsule is shared',
    description: 'Told to its owner, and to those who look after the knowledge of all.',
    access: { action: 'capsule.read' },
    params: id,
    query: z.strictObject(page),
    responses: { 200: json('A page, oldest first.', shares, { items: [EXAMPLE], next_cursor: null }) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'shareCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/shares',
    tag: 'Sharing',
    summary: 'Share a capsule with a subject',
    description:
      'In force when it answers. A document is shared with its chunks. The same capsule, right and receiver is one share: given again by the same it is answered as it is, or with its new end.',
    access,
    params: id,
    body: { schema: shareBody, example: { with: 'grace', right: 'read' } },
    responses: { 201: json('In force.', share, EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'UNPROCESSABLE'],
  },
  {
    id: 'unshareCapsule',
    method: 'DELETE',
    path: '/v2/capsules/{id}/shares/{share}',
    tag: 'Sharing',
    summary: 'Revoke a share of a capsule',
    description: 'Over when it answers.',
    access,
    params: z.object({ id: uuid, share: uuid }),
    responses: { 204: { description: 'Revoked.' } },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'listShares',
    method: 'GET',
    path: '/v2/shares',
    tag: 'Sharing',
    summary: 'List the namespaces that you shared',
    description: 'Those who look after the knowledge of all see those of everybody.',
    access,
    query: z.strictObject(page),
    responses: { 200: json('A page, oldest first.', shares, { items: [SCOPE_EXAMPLE], next_cursor: null }) },
  },
  {
    id: 'shareNamespace',
    method: 'POST',
    path: '/v2/shares',
    tag: 'Sharing',
    summary: 'Share what is in a scope, and what comes into it',
    description:
      'Your own capsules with this identity, lane and fold; those of everybody where an administrator or a steward shares.',
    access,
    body: { schema: namespaceShareBody, example: { namespace: { lane: 'contracts' }, with: 'grace' } },
    responses: { 201: json('In force.', share, SCOPE_EXAMPLE) },
    errors: ['UNPROCESSABLE'],
  },
  {
    id: 'revokeShare',
    method: 'DELETE',
    path: '/v2/shares/{id}',
    tag: 'Sharing',
    summary: 'Revoke a share, of a namespace or a capsule',
    description: 'Over when it answers. Whom it is shared with may give it up, too.',
    access,
    params: id,
    responses: { 200: json('What has ended.', share, EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'getSaleCard',
    method: 'GET',
    path: '/v2/capsules/{id}/card',
    tag: 'Sharing',
    summary: 'The terms of a capsule that is for sale',
    description: 'Its id, title, licence and terms, and nothing else of it.',
    access: { action: 'capsule.accept' },
    params: id,
    responses: {
      200: json('The card.', saleCard, {
        id: EXAMPLE_ID,
        title: 'Heat pumps in old houses',
        licence: 'for-sale' as const,
        terms: 'May be read by the buyer; not to be passed on.',
        terms_digest: DIGEST,
      }),
    },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'acceptTerms',
    method: 'POST',
    path: '/v2/capsules/{id}/acceptance',
    tag: 'Sharing',
    summary: 'Accept the terms of a capsule that is for sale',
    description: 'It can be read from then on, as long as it is for sale. Nothing is paid by this.',
    access: { action: 'capsule.accept' },
    params: id,
    body: { schema: acceptanceBody, example: { terms_digest: DIGEST } },
    responses: {
      201: json('Recorded.', acceptance, {
        capsule: EXAMPLE_ID,
        version: '1.0.0',
        terms_digest: DIGEST,
        accepted_at: '2026-03-01T09:00:00.000Z',
      }),
    },
    errors: ['NOT_FOUND', 'CONFLICT', 'ERASED', 'UNPROCESSABLE'],
  },
] as const satisfies readonly RouteDefinition[]
