import { z } from 'zod'
import { uuid } from '../capsule.ts'
import {
  accessToken,
  newAccessToken,
  SUBJECT_KINDS,
  subject,
  subjectBody,
  subjectRef,
  subjectUpdate,
  tokenBody,
} from '../identity.ts'
import { page, paged } from '../parameters.ts'
import { SUBJECT_EXAMPLE, TOKEN_EXAMPLE } from './examples-identity.ts'
import { json, type RouteDefinition } from './route.ts'

const ref = z.object({ id: subjectRef })

/** Who there is, and what each comes in with. */
export const IDENTITY = [
  {
    id: 'listSubjects',
    method: 'GET',
    path: '/v2/subjects',
    tag: 'Identity',
    summary: 'List subjects, in the order of their registration',
    access: { action: 'subject.read' },
    query: z.strictObject({ ...page, kind: z.enum(SUBJECT_KINDS).optional() }),
    responses: {
      200: json('A page.', paged(subject, 'SubjectPage'), { items: [SUBJECT_EXAMPLE], next_cursor: null }),
    },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'createSubject',
    method: 'POST',
    path: '/v2/subjects',
    tag: 'Identity',
    summary: 'Register a person, an agent or a service',
    description:
      'It has no token yet. Nobody gives more trust than they have, nor a role that they lack unless they are an administrator. An agent needs an owner: a person who is active.',
    access: { action: 'subject.create' },
    body: { schema: subjectBody, example: { name: 'reader', kind: 'agent', owner: 'ada' } },
    responses: { 201: json('Registered.', subject, SUBJECT_EXAMPLE) },
    errors: ['CONFLICT', 'UNPROCESSABLE'],
    etag: true,
  },
  {
    id: 'getSubject',
    method: 'GET',
    path: '/v2/subjects/{id}',
    tag: 'Identity',
    summary: 'Who a subject is, by id or name',
    access: { action: 'subject.read' },
    params: ref,
    responses: { 200: json('The subject; the ETag is `"<revision>"`.', subject, SUBJECT_EXAMPLE) },
    errors: ['NOT_FOUND'],
    etag: true,
  },
  {
    id: 'updateSubject',
    method: 'PUT',
    path: '/v2/subjects/{id}',
    tag: 'Identity',
    summary: 'Change roles, trust or owner of a subject, end or restore its access',
    description:
      'A field left out keeps its value. Nobody raises their own trust or roles. The administrator of the instance stays as it is, so that there is always one. Deactivating ends all tokens of the subject for good; it counts for the next request.',
    access: { action: 'subject.update' },
    params: ref,
    body: { schema: subjectUpdate, example: { trust: 40, active: false } },
    responses: { 200: json('As it is now.', subject, { ...SUBJECT_EXAMPLE, trust: 40, active: false, revision: 2 }) },
    errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE'],
    ifMatch: 'required',
    etag: true,
  },
  {
    id: 'listTokens',
    method: 'GET',
    path: '/v2/tokens',
    tag: 'Identity',
    summary: 'List tokens, in the order in which they were made',
    description: 'What is over is listed until 30 days after its time. The tokens themselves are stored nowhere.',
    access: { action: 'token.read' },
    query: z.strictObject({ ...page, subject: subjectRef.optional() }),
    responses: {
      200: json('A page.', paged(accessToken, 'AccessTokenPage'), { items: [TOKEN_EXAMPLE], next_cursor: null }),
    },
    errors: ['CURSOR_INVALID', 'NOT_FOUND'],
  },
  {
    id: 'createToken',
    method: 'POST',
    path: '/v2/tokens',
    tag: 'Identity',
    summary: 'Give a subject a bearer token',
    description:
      'The token stands in this answer and nowhere else. It lets in whoever has it, as its subject, for what its scopes name and its subject may, until it expires, is revoked, or its subject is deactivated. A token that was itself made with scopes makes none beyond them.',
    access: { action: 'token.create' },
    body: {
      schema: tokenBody,
      example: {
        subject: 'reader',
        name: 'reader on the build machine',
        scopes: ['capsule.search', 'capsule.read'],
        expires_in_days: 90,
      },
    },
    responses: {
      201: json('Made.', newAccessToken, { ...TOKEN_EXAMPLE, token: `fc_${'x'.repeat(43)}` }),
    },
    errors: ['CONFLICT', 'UNPROCESSABLE'],
  },
  {
    id: 'revokeToken',
    method: 'DELETE',
    path: '/v2/tokens/{id}',
    tag: 'Identity',
    summary: 'End a token at once',
    description: 'The next request with it is refused. Repeating it changes nothing.',
    access: { action: 'token.revoke' },
    params: z.object({ id: uuid }),
    responses: { 204: { description: 'Revoked.' } },
    errors: ['NOT_FOUND'],
  },
] as const satisfies readonly RouteDefinition[]
