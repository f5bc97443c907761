import { z } from 'zod'
import { LEDGER_LIMITS } from '../ledger.ts'
import { SUBMISSION_EXAMPLE } from './examples-ledger.ts'
import type { RouteDefinition } from './route.ts'

/** Needs no token: what comes is signed by a log that is configured, and what is shown is for everybody. */
const access = { exempt: 'witness' } as const

/** Where an instance that is configured as a witness cosigns checkpoints of other logs. */
export const WITNESS = [
  {
    id: 'addCheckpoint',
    method: 'POST',
    path: '/v2/witness/add-checkpoint',
    tag: 'Witness',
    summary: 'Have a checkpoint cosigned that follows from the one before',
    description:
      'C2SP tlog-witness. The body is the size that was cosigned last, the consistency proof from it, and the signed checkpoint. A log that takes another size for the last is told which it is with 409. The origin and the keys of the log must be configured (`ledger.witness.logs`).',
    access,
    body: {
      schema: z.string().describe(`The request, at most ${LEDGER_LIMITS.submissionBytesMax} bytes.`),
      contentType: 'text/plain',
      example: SUBMISSION_EXAMPLE,
    },
    responses: {
      200: { description: 'Lines of cosignatures.', contentType: 'text/plain' },
      409: { description: 'The size that was cosigned last.', contentType: 'text/x.tlog.size' },
    },
    errors: [
      'VALIDATION_FAILED',
      'FORBIDDEN',
      'NOT_FOUND',
      'REQUEST_TIMEOUT',
      'PAYLOAD_TOO_LARGE',
      'UNPROCESSABLE',
      'RATE_LIMITED',
      'LEDGER_FORKED',
      'UNAVAILABLE',
      'DEADLINE_EXCEEDED',
    ],
  },
  {
    id: 'getWitnessedCheckpoint',
    method: 'GET',
    path: '/v2/witness/{origin_hash}/checkpoint',
    tag: 'Witness',
    summary: 'The checkpoint of a log that was cosigned last',
    description: 'C2SP tlog-witness. The hash is SHA-256 of the origin of the log, hex.',
    access,
    params: z.object({ origin_hash: z.string().regex(/^[0-9a-f]{64}$/) }),
    responses: { 200: { description: 'The note, with the cosignatures.', contentType: 'text/plain' } },
    errors: ['NOT_FOUND', 'RATE_LIMITED', 'LEDGER_FORKED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'],
  },
] as const satisfies readonly RouteDefinition[]
