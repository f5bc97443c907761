import { PAGE_LIMITS } from '@forge-cascade/contract'
import { SEQUENCE_WAIT_MS } from '../../packages/server/src/adapters/sqlite/sequence-watch.ts'
import { FAILED_SIGN_INS } from '../../packages/server/src/edge/http/admission.ts'
import { TAGS_MAX } from '../../packages/server/src/edge/http/entity-tag.ts'
import { KEY_LENGTH_MAX } from '../../packages/server/src/edge/http/idempotency.ts'
import { JSON_DEPTH_MAX } from '../../packages/server/src/edge/http/json-text.ts'
import { HTTP_LIMITS } from '../../packages/server/src/edge/http/limits.ts'
import { configReference } from '../../packages/server/src/kernel/config/index.ts'
import type { Limits } from './limit.ts'

/** The default of a key, which has to be a number. */
export function configured(key: string): { readonly value: number; readonly key: string } {
  const value = configReference().find((row) => row.key === key)?.default
  if (typeof value !== 'number') throw new TypeError(`${key} has no number as its default`)
  return { value, key }
}

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What a request may be, before anybody looks at what it asks for. */
export const REQUEST_LIMITS = {
  body: {
    what: 'A JSON body',
    ...configured('server.body_bytes_max'),
    unit: 'bytes',
    beyond: { error: 'PAYLOAD_TOO_LARGE' },
  },
  batchLine: {
    what: 'A line of a batch',
    ...configured('server.body_bytes_max'),
    unit: 'bytes',
    beyond: { cut: 'the line has the problem PAYLOAD_TOO_LARGE; its neighbours are written' },
  },
  headers: {
    what: 'Request line and headers',
    value: HTTP_LIMITS.headerBytesMax,
    unit: 'bytes',
    beyond: { error: 'HEADERS_TOO_LARGE' },
  },
  pathPart: {
    what: 'A part of the path',
    value: HTTP_LIMITS.paramLengthMax,
    unit: 'characters',
    beyond: { error: 'NOT_FOUND' },
  },
  jsonDepth: { what: 'Lists and objects in one another', value: JSON_DEPTH_MAX, unit: 'levels', beyond: invalid },
  idempotencyKey: { what: 'The header Idempotency-Key', value: KEY_LENGTH_MAX, unit: 'characters', beyond: invalid },
  entityTags: { what: 'Tags in If-Match or If-None-Match', value: TAGS_MAX, unit: 'items', beyond: invalid },
  page: { what: 'Entries of a page', value: PAGE_LIMITS.limitMax, unit: 'items', beyond: invalid },
  cursor: { what: 'A page cursor', value: PAGE_LIMITS.cursorLengthMax, unit: 'characters', beyond: invalid },
  rate: {
    what: 'Requests of a subject, averaged',
    ...configured('limits.rate.requests_per_minute'),
    unit: 'a minute',
    beyond: { error: 'RATE_LIMITED' },
  },
  burst: {
    what: 'Requests of a subject at once',
    ...configured('limits.rate.burst'),
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  failedSignIns: {
    what: 'Failed sign-ins of an address at once',
    value: FAILED_SIGN_INS.burst,
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  failedSignInRate: {
    what: 'Failed sign-ins of an address, averaged',
    value: FAILED_SIGN_INS.perMinute,
    unit: 'a minute',
    beyond: { error: 'RATE_LIMITED' },
  },
  requestTime: {
    what: 'Time to send the headers, and to send a JSON body',
    ...configured('server.request_timeout_s'),
    unit: 's',
    beyond: { error: 'REQUEST_TIMEOUT' },
  },
  answerTime: {
    what: 'Time to answer, backups and other long routes apart',
    value: HTTP_LIMITS.answerMsMax,
    unit: 'ms',
    beyond: { error: 'DEADLINE_EXCEEDED' },
  },
  answerTimeOfChange: {
    what: 'The same for a request that changes something',
    value: HTTP_LIMITS.answerMsMax,
    unit: 'ms',
    beyond: { error: 'OUTCOME_UNKNOWN' },
  },
  sequenceWait: {
    what: 'Wait for the change that `min_sequence` names',
    value: SEQUENCE_WAIT_MS,
    unit: 'ms',
    beyond: { error: 'UNAVAILABLE' },
  },
  connections: {
    what: 'Connections at once',
    value: HTTP_LIMITS.connectionsMax,
    unit: 'items',
    beyond: { cut: 'the new connection is closed' },
  },
  stillConnection: {
    what: 'A connection on which nothing moves',
    value: HTTP_LIMITS.idleMs,
    unit: 'ms',
    beyond: { cut: 'it is closed' },
  },
  keptConnection: {
    what: 'A connection between two requests',
    ...configured('server.keep_alive_s'),
    unit: 's',
    beyond: { cut: 'it is closed' },
  },
} as const satisfies Limits
