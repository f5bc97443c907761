import type { ErrorCode } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'

/** What Fastify and Node say, as rows of our catalogue. */
const TRANSLATED: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_BAD_URL: ['MALFORMED_REQUEST', 'The path holds an escape that is no UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'A part of the path is longer than any id or name.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'The body is larger than the limit.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'The content type is missing or not understood here.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['MALFORMED_REQUEST', 'The body is not as long as Content-Length says.'],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'The content type is missing.'],
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The request line and the headers are larger than the limit.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['PAYLOAD_TOO_LARGE', 'The chunk extensions are larger than the limit.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The headers did not arrive in time.'],
}

/** The error to answer with. What is not known stays on our side: its text goes into the log, never to the caller. */
export function toCascadeError(error: unknown): CascadeError {
  if (isCascadeError(error)) return error
  const code = codeOf(error)
  const known = TRANSLATED[code]
  if (known) return new CascadeError(known[0], known[1], { cause: error })
  if (code.startsWith('HPE_')) return new CascadeError('MALFORMED_REQUEST', 'This is not HTTP/1.1.', { cause: error })
  return new CascadeError('INTERNAL', 'The cause is in the log under this correlation id.', { cause: error })
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
