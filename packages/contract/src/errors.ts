/**
 * Every way a request can fail, once. The HTTP edge turns a row into an RFC 9457 problem, the command line into one line
 * and an exit code, the documentation into a page at `/errors/<CODE>`.
 */
export interface ErrorDefinition {
  /** HTTP status code. */
  readonly status: number
  /** A short sentence that is the same for every occurrence. */
  readonly title: string
  /** What the reader does about it. */
  readonly fix: string
  /** True when the same request may succeed later without being changed. */
  readonly retryable?: boolean
}

export const ERRORS = {
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request does not have the expected shape',
    fix: 'Read `errors`: each entry names the field by JSON pointer and says what was expected. Nothing was changed.',
  },
  MALFORMED_JSON: {
    status: 400,
    title: 'The body is not valid JSON',
    fix: 'Send UTF-8 JSON with the content type application/json (or NDJSON, one object a line, for batches).',
  },
  CURSOR_INVALID: {
    status: 400,
    title: 'The page cursor is not one of ours',
    fix: 'Use the `next_cursor` of the page before, unchanged, with the same filters; or begin again without a cursor.',
  },
  MALFORMED_REQUEST: {
    status: 400,
    title: 'This is not a valid HTTP request',
    fix: 'Check the request line, the headers and the URL escapes; a current HTTP client writes them correctly.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'A bearer token is needed',
    fix: 'Send `Authorization: Bearer <token>`; the token of a local instance is in the file `token` of its data folder.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'The gate does not allow this',
    fix: '`detail` names the action that was refused, and `reasons` why. Of a capsule ask its owner or an administrator, for what the scopes of the token leave out use another token, else ask an administrator.',
  },
  APPROVAL_REQUIRED: {
    status: 403,
    title: 'Somebody has to approve this first',
    fix: 'Ask somebody who is entitled to approve it, or to do it; what can wait for an approval is answered with 202 and a place to look.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is nothing here, or nothing you may see',
    fix: 'Check the id and the path; archived capsules are found by id, erased ones answer 410.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'This path does not take this method',
    fix: 'The `Allow` header lists the methods; /reference shows every route.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request did not arrive in time',
    fix: 'Send it again without pauses; `server.request_timeout_s` is the limit.',
    retryable: true,
  },
  CONFLICT: {
    status: 409,
    title: 'The state of the capsule does not allow this',
    fix: 'Read the capsule again; `detail` says which state was found and which was needed.',
  },
  IN_FLIGHT: {
    status: 409,
    title: 'A request with this Idempotency-Key is still being answered',
    fix: 'Wait for the first answer, or send the same request again a little later.',
    retryable: true,
  },
  LEGAL_HOLD: {
    status: 409,
    title: 'A legal hold forbids this',
    fix: 'Ask whoever placed it; `detail` says who that was and why. Once the hold is lifted (`cascade hold lift`), try again.',
  },
  IN_ARCHIVE: {
    status: 409,
    title: 'This capsule lies in an archive',
    fix: 'Bring it back with `cascade archive restore ID`, then ask again; `detail` names the segment and where it lies.',
  },
  DATA_FOLDER_IN_USE: {
    status: 409,
    title: 'Another process owns this data folder',
    fix: 'Use the running instance (the command line does so by itself) or stop it; `detail` names its process id.',
  },
  ERASED: {
    status: 410,
    title: 'This capsule was erased',
    fix: 'Its content is gone for good; the tombstone in this answer keeps its place in the lineage.',
  },
  REVISION_MISMATCH: {
    status: 412,
    title: 'The capsule has changed since you read it',
    fix: 'Read it again, merge your change, and send the new ETag in If-Match.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'The body is larger than the limit',
    fix: 'Split it: a capsule holds up to 1 MiB of text, a batch streams any number of lines.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'This content type is not understood here',
    fix: 'Send application/json, or application/x-ndjson where the reference says so.',
  },
  MISDIRECTED: {
    status: 421,
    title: 'This host name is not answered here',
    fix: 'Use localhost, 127.0.0.1 or [::1], or add the name to `server.allowed_hosts`: no other name is answered, so that no web page can reach the instance by a name of its own.',
  },
  UNPROCESSABLE: {
    status: 422,
    title: 'The request is well formed but cannot be carried out',
    fix: 'Read `detail`: it names the rule that the request breaks.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'This Idempotency-Key was used with another body',
    fix: 'Use a new key for a new request; a key means exactly one request for 24 hours.',
  },
  LINEAGE_CYCLE: {
    status: 422,
    title: 'This parent would make the capsule its own ancestor',
    fix: 'Derive from another capsule, or link the two with RELATED_TO instead.',
  },
  EMBEDDING_MISMATCH: {
    status: 422,
    title: 'The embedding does not fit its model',
    fix: 'Send as many finite numbers as the model has dimensions, not all zero, and name the model in `embedding_model`.',
  },
  PRECONDITION_REQUIRED: {
    status: 428,
    title: 'If-Match is required to change a capsule',
    fix: 'Read the capsule and send its ETag in If-Match, so that nobody overwrites a change they have not seen.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    fix: 'Wait for the seconds in Retry-After; the RateLimit headers show the budget.',
    retryable: true,
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    title: 'The request headers are larger than the limit',
    fix: 'Send fewer or shorter headers.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something broke on our side',
    fix: 'Nothing was acknowledged. Report it with the correlation id; the log has the cause under the same id.',
  },
  EMERGENCY_ACTIVE: {
    status: 503,
    title: 'An emergency is on: nothing is carried out',
    fix: 'Ask an administrator; `detail` says since when and why. `cascade emergency status` shows what is needed to lift it.',
    retryable: true,
  },
  UNAVAILABLE: {
    status: 503,
    title: 'Not ready to answer',
    fix: 'Try again after the seconds in Retry-After; /health/ready says what is missing.',
    retryable: true,
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    title: 'The write was sent but its outcome is not known',
    fix: 'Send the same request with the same Idempotency-Key: it is carried out once, and the first receipt is returned.',
    retryable: true,
  },
  STORAGE_FULL: {
    status: 507,
    title: 'The disk that holds the data folder is full',
    fix: 'Free space and try again. Reading goes on, and nothing that was acknowledged is lost.',
    retryable: true,
  },
  DEADLINE_EXCEEDED: {
    status: 503,
    title: 'The answer took longer than its deadline',
    fix: 'Narrow the filter, ask for fewer results, or try again when the instance is less busy.',
    retryable: true,
  },
  CONFIG_INVALID: {
    status: 500,
    title: 'The configuration is not valid',
    fix: '`detail` names the key, the value and what is allowed; `cascade config show` lists where each value comes from.',
  },
  BOOT_FAILED: {
    status: 503,
    title: 'The instance could not start',
    fix: '`detail` names the part that failed; `cascade doctor` looks for the cause.',
  },
  DATA_CORRUPT: {
    status: 500,
    title: 'Stored data does not match its digest',
    fix: 'Run `cascade doctor`; restore the newest backup if it confirms the damage.',
  },
  LEDGER_FORKED: {
    status: 500,
    title: 'The log is not the one that was signed',
    fix: 'An older or altered copy of the data folder is in its place. Put the right one back. To go on with this one on purpose: `cascade restore --as-is`, which begins a log of its own.',
  },
  ARCHIVE_DAMAGED: {
    status: 500,
    title: 'An archive does not hold what was put into it',
    fix: 'Run `cascade archive verify`, which names what is damaged or missing; put the object back from a copy of the folder or bucket.',
  },
  DATA_FOLDER_NEWER: {
    status: 500,
    title: 'The data folder was written by a newer version',
    fix: 'Use that version or a newer one; this program changed nothing.',
  },
  BACKUP_INVALID: {
    status: 422,
    title: 'This is not a complete backup',
    fix: 'Choose another file; `detail` says what is missing or altered. Nothing was restored.',
  },
  BACKUP_KEY_MISSING: {
    status: 422,
    title: 'The key of this backup is not here',
    fix: 'Name the folder or the file with the key (`--keys`, `--key`); a key that was destroyed opens nothing any more.',
  },
  SOURCE_UNREADABLE: {
    status: 422,
    title: 'The source cannot be read',
    fix: 'Check that the path exists, is of the kind that was named, and may be read by the server.',
  },
  EMBEDDER_UNAVAILABLE: {
    status: 503,
    title: 'The embedding provider does not answer',
    fix: 'Check its address and key with `cascade config show`; search by words goes on without it.',
    retryable: true,
  },
  NO_SERVER: {
    status: 503,
    title: 'No instance answers at this address',
    fix: 'Start one with `cascade start`, or name another with --url.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof ERRORS

/** Path of the page that explains `code`; the `type` of its problem document (RFC 9457 section 3.1.1). */
export const errorPath = (code: ErrorCode): string => `/errors/${code}`
