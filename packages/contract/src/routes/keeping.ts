import { z } from 'zod'
import { uuid } from '../capsule.ts'
import { eraseBody, erasure, erasureBody, hold, holdBody, liftBody } from '../keeping.ts'
import { page, paged } from '../parameters.ts'
import { EXAMPLE_ID } from './examples.ts'
import { ERASURE_EXAMPLE, HOLD_EXAMPLE } from './examples-keeping.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })

/** Legal holds, and what is erased for good. */
export const KEEPING = [
  {
    id: 'eraseCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/erase',
    tag: 'Keeping',
    summary: 'Erase a capsule with all its versions and chunks, for good',
    description:
      'Rows, vectors, indexes, caches, archives, the write-ahead log and backups; a tombstone keeps its place in the lineage. What others derived from it stays and is named. Answers when all of it is done; what a crash interrupts is completed before the next start answers. Where copies are out of reach it fails, is out of the store all the same, and goes on by itself; asking again tries at once. Nothing undoes it. A dry run that would take an approval is decided as reading what would go.',
    access: { action: 'capsule.erase' },
    dryRunAs: 'capsule.read',
    params: id,
    body: { schema: eraseBody, example: { legal_basis: 'gdpr-17', dry_run: true } },
    responses: { 200: json('The receipt, or the plan of a dry run.', erasure, ERASURE_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'LEGAL_HOLD', 'UNPROCESSABLE', 'CONFLICT', 'STORAGE_FULL'],
    unhurried: true,
  },
  {
    id: 'createErasure',
    method: 'POST',
    path: '/v2/erasures',
    tag: 'Keeping',
    summary: 'Erase everything of a subject, for good',
    description:
      'All capsules that the subject owns or that name it as their `identity` in any version, as erasing each of them would, and its name. A subject that was erased before, and of whom nothing has come since, answers with that receipt.',
    access: { action: 'capsule.erase' },
    dryRunAs: 'capsule.read',
    body: { schema: erasureBody, example: { subject: 'Grace Hopper', legal_basis: 'gdpr-17', dry_run: true } },
    responses: { 200: json('The receipt, or the plan of a dry run.', erasure, ERASURE_EXAMPLE) },
    errors: ['NOT_FOUND', 'LEGAL_HOLD', 'UNPROCESSABLE', 'CONFLICT', 'STORAGE_FULL'],
    unhurried: true,
  },
  {
    id: 'listErasures',
    method: 'GET',
    path: '/v2/erasures',
    tag: 'Keeping',
    summary: 'List erasures, newest first',
    access: { action: 'capsule.read' },
    query: z.strictObject(page),
    responses: {
      200: json('A page.', paged(erasure, 'ErasurePage'), { items: [ERASURE_EXAMPLE], next_cursor: null }),
    },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'getErasure',
    method: 'GET',
    path: '/v2/erasures/{id}',
    tag: 'Keeping',
    summary: 'The receipt of an erasure',
    access: { action: 'capsule.read' },
    params: id,
    responses: { 200: json('The receipt.', erasure, ERASURE_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'placeHold',
    method: 'POST',
    path: '/v2/holds',
    tag: 'Keeping',
    summary: 'Place a legal hold',
    description:
      'What it covers is neither erased nor moved into an archive until it is lifted. It covers a capsule, what a subject owns or is the identity of, or a scope; also what comes later.',
    access: { action: 'capsule.hold' },
    body: {
      schema: holdBody,
      example: { target: { kind: 'capsule', capsule: EXAMPLE_ID }, reason: 'Case 4711, asked for by counsel' },
    },
    responses: { 201: json('In force.', hold, HOLD_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT', 'UNPROCESSABLE'],
  },
  {
    id: 'listHolds',
    method: 'GET',
    path: '/v2/holds',
    tag: 'Keeping',
    summary: 'List legal holds, newest first, lifted ones among them',
    access: { action: 'capsule.read' },
    query: z.strictObject(page),
    responses: { 200: json('A page.', paged(hold, 'LegalHoldPage'), { items: [HOLD_EXAMPLE], next_cursor: null }) },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'liftHold',
    method: 'POST',
    path: '/v2/holds/{id}/lift',
    tag: 'Keeping',
    summary: 'Lift a legal hold',
    description: 'Lifting it again changes nothing.',
    access: { action: 'capsule.hold' },
    params: id,
    body: { schema: liftBody, example: { reason: 'The case was closed' } },
    responses: { 200: json('Lifted.', hold, { ...HOLD_EXAMPLE, state: 'lifted' }) },
    errors: ['NOT_FOUND'],
  },
] as const satisfies readonly RouteDefinition[]
