import type { z } from 'zod'
import { CascadeError, type FieldProblem } from '#base'
import { describeIssue } from '#config'
import { join } from './json-pointer.ts'

/** Where a value came from. Pointers into the body stand alone; the others begin with the name of the part. */
export type RequestPart = 'body' | 'query' | 'path'

/** Field problems named at once; a body of thousands of wrong fields is answered with these. */
export const FIELD_PROBLEMS_MAX = 50
const TEXT_LENGTH_MAX = 300
const PREFIX = { body: '', query: '#/query', path: '#/path' } as const satisfies Record<RequestPart, string>

export type Validated<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: FieldProblem[] }

/** Parses `value` with `schema`, or names every field that is wrong. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, part: RequestPart): Validated<z.output<S>> {
  const result = schema.safeParse(value, { reportInput: false, error: describeIssue })
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, problems: result.error.issues.flatMap((issue) => describe(issue, PREFIX[part])) }
}

/** The one error for all wrong fields of a request. `whole` is what a problem of no single field is about. */
export function validationFailed(problems: readonly FieldProblem[], whole = 'The body'): CascadeError {
  const shown = problems.slice(0, FIELD_PROBLEMS_MAX)
  const more = problems.length - shown.length
  const first = shown[0]
  const where = first ? `${first.pointer === '' ? whole : first.pointer}: ${first.message}` : 'The request is wrong'
  const others =
    problems.length > 1 ? ` (and ${problems.length - 1} more${more > 0 ? `, ${more} of them not listed` : ''})` : ''
  return new CascadeError('VALIDATION_FAILED', `${where}${others}.`, { errors: shown })
}

type Issue = z.core.$ZodIssue

function describe(issue: Issue, base: string): FieldProblem[] {
  const pointer = issue.path.reduce(join, base)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownMember(join(pointer, key)))
  if (issue.code === 'invalid_union') return describeUnion(issue, pointer)
  return [problem(pointer, codeOf(issue), issue.message)]
}

const unknownMember = (pointer: string): FieldProblem => problem(pointer, 'unknown', 'there is no such member')

const codeOf = (issue: Issue): string => (issue.code === 'custom' ? 'rule' : issue.code)

/** Of the branches of a union, the one that got furthest is the one that was meant. */
function describeUnion(issue: Extract<Issue, { code: 'invalid_union' }>, pointer: string): FieldProblem[] {
  // The path of such an issue leads to the discriminator already.
  if (issue.discriminator !== undefined) return [problem(pointer, 'invalid_value', 'none of the known kinds')]
  const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map(({ path }) => path.length))
  const best = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0]
  if (!best || depth(best) === 0)
    return [
      problem(
        pointer,
        'invalid_union',
        issue.errors
          .flat()
          .map((one) => one.message)
          .join(', or '),
      ),
    ]
  return best.flatMap((one) => describe(one, pointer))
}

/** Names and messages may repeat what was sent: both are cut, so that an answer never echoes a long value. */
const problem = (pointer: string, code: string, message: string): FieldProblem => ({
  pointer: pointer.slice(0, TEXT_LENGTH_MAX).toWellFormed(),
  code,
  message: message.slice(0, TEXT_LENGTH_MAX).toWellFormed(),
})
