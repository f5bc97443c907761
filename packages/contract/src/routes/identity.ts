import { z } from 'zod'
import { SUBJECT_KINDS, subject, subjectBody, subjectRef, subjectUpdate } from '../identity.ts'
import { page, paged } from '../parameters.ts'
import { SUBJECT_EXAMPLE } from './examples-identity.ts'
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
    access: { action: 'subject.read', risk: 'low' },
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
    access: { action: 'subject.create', risk: 'high' },
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
    access: { action: 'subject.read', risk: 'low' },
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
    access: { action: 'subject.update', risk: 'high' },
    params: ref,
    body: { schema: subjectUpdate, example: { trust: 40, active: false } },
    responses: { 200: json('As it is now.', subject, { ...SUBJECT_EXAMPLE, trust: 40, active: false, revision: 2 }) },
    errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE'],
    ifMatch: 'required',
    etag: true,
  },
] as const satisfies readonly RouteDefinition[]
