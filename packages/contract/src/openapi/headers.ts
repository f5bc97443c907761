/** Headers that requests and answers carry, described once. */
export const REQUEST_HEADERS = {
  correlationId: {
    name: 'X-Correlation-Id',
    in: 'header',
    description:
      'Names the request in logs and records: 1-128 letters, digits and `._:-`. Made by the instance otherwise.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' },
  },
  affectDelta: {
    name: 'Cascade-Affect-Delta',
    in: 'header',
    description:
      'How much the affect of the caller changed, -1 to 1. Its size raises the risk of what the caller does for ten minutes; it never lowers it.',
    schema: { type: 'string', pattern: '^-?(?:0(?:\\.\\d{1,4})?|1(?:\\.0{1,4})?)$' },
    example: '-0.4',
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'The same key with the same body is carried out once within 24 hours and answered with the first receipt.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
    example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'The ETag that was read, several of them, or `*`.',
    schema: { type: 'string' },
    example: '"1.0.0-1"',
  },
  ifMatchOptional: {
    name: 'If-Match',
    in: 'header',
    description: 'The ETag that was read, several of them, or `*`: nothing is done when it is another by now.',
    schema: { type: 'string' },
    example: '"1.0.0-1"',
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'An ETag that is known already: 304 while it is still the one.',
    schema: { type: 'string' },
    example: '"1.0.0-1"',
  },
} as const

export const RESPONSE_HEADERS = {
  'X-Correlation-Id': { description: 'The request’s name in logs and records.', schema: { type: 'string' } },
  'Cascade-Sequence': {
    description: 'Position in the log that this answer has seen; hand it back as `min_sequence` to read at least that.',
    schema: { type: 'integer', minimum: -1 },
  },
  'RateLimit-Policy': {
    description: '`q` requests in `w` seconds (draft-ietf-httpapi-ratelimit-headers-11). Absent without a limit.',
    schema: { type: 'string' },
    example: '"subject";q=10000;w=1',
  },
  RateLimit: {
    description: '`r` requests are left; all are again after `t` seconds. Absent without a limit.',
    schema: { type: 'string' },
    example: '"subject";r=9999;t=1',
  },
  ETag: { description: '`"<version>-<revision>"`.', schema: { type: 'string' }, example: '"1.0.0-1"' },
  Location: { description: 'Where the new resource is.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
} as const

export type RequestHeader = keyof typeof REQUEST_HEADERS
export type ResponseHeader = keyof typeof RESPONSE_HEADERS
