import { ERRORS, type ErrorCode, type ErrorDefinition } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'

/** Where programs find what an error says: beside the text, because a failed call has no structured content. */
const ERROR_META = 'forge-cascade/error'

/** More fields that are wrong are counted only. */
const FIELDS_SHOWN_MAX = 10

/** Fixes that read otherwise for a model that calls a tool than for a program that speaks HTTP. */
const FIXES: Partial<Record<ErrorCode, string>> = {
  VALIDATION_FAILED: 'Correct the arguments that are named and call again. Nothing was changed.',
  NOT_FOUND: 'Check the id: recall and ask show whole ids in their uris.',
  ERASED: 'It is gone for good. Recall what else is known.',
  IN_ARCHIVE: 'A person can bring it back: cascade archive restore. Recall what else is known.',
  REVISION_MISMATCH: 'Get the capsule again, look what has changed, and call again with its newest version.',
  CONFLICT: 'Get the capsule again: it is not in the state that this needs.',
  UNAUTHENTICATED: 'Tell the person who set this up that the token is missing or wrong.',
  APPROVAL_REQUIRED:
    'A person has to approve it. Do not call again: tell your person its id, and go on with something else.',
  FORBIDDEN: 'This is not allowed to you. Ask a person.',
  RATE_LIMITED: 'Wait a little, then call again, less often.',
  UNAVAILABLE: 'Wait a moment and call again.',
  OUTCOME_UNKNOWN: 'Recall or get it to see whether it was done, and call again if not.',
  DATA_FOLDER_IN_USE: 'Wait a moment and call again. If it goes on, tell a person.',
  NO_SERVER: 'Wait a moment and call again. If it goes on, tell a person that the memory is away.',
  PAYLOAD_TOO_LARGE: 'Remember it in several pieces, each understandable by itself.',
  INTERNAL: 'Something broke in the memory. Call again once; then go on without it and tell a person.',
}

/** A failure as the answer of a tool: what went wrong, where, and what the model can do about it. */
export function toolError(error: unknown) {
  const { code, detail, errors, extensions, retryAfterS } = understand(error)
  const { title, fix: usual }: ErrorDefinition = ERRORS[code]
  const fix = FIXES[code] ?? usual
  const fields = errors.slice(0, FIELDS_SHOWN_MAX).map(({ pointer, message }) => `${nameOf(pointer)}: ${message}`)
  const more = errors.length > fields.length ? [`and ${errors.length - fields.length} more`] : []
  const found = fields.length === 0 ? [detail] : [...fields, ...more]
  const decision = typeof extensions.decision_id === 'string' ? extensions.decision_id : undefined
  const why =
    decision === undefined ? [] : [`Decision ${decision}: \`cascade gate explain\` with this id tells a person why.`]
  const known = {
    ...{ code, title, detail, fix, errors, retryable: retryAfterS !== undefined },
    ...(decision !== undefined && { decision_id: decision }),
  }
  return {
    isError: true,
    content: [{ type: 'text' as const, text: [`${code}: ${title}.`, ...found, fix, ...why].join('\n') }],
    _meta: { [ERROR_META]: retryAfterS === undefined ? known : { ...known, retry_after_s: retryAfterS } },
  }
}

/** An argument by its name; a pointer of HTTP names the part of the request first. */
const nameOf = (pointer: string): string =>
  pointer.replace(/^#\/(?:query|path)\//, '').replace(/^\//, '') || 'arguments'

/** What broke on our side is told by its code alone; a program's own words are for its people. */
const understand = (error: unknown): CascadeError =>
  isCascadeError(error) ? error : new CascadeError('INTERNAL', 'The tool broke.', { cause: error })
