import { ERRORS, errorPath, type Problem } from '@forge-cascade/contract'
import type { CascadeError } from '#base'
import { oneLine, printable } from './text.ts'
import type { Painter } from './view.ts'

/** `cascade: <detail> (<CODE>)` and what to do about it. */
export function errorLines(error: CascadeError, fix: string, paint: Painter): string[] {
  const detail = printable(error.detail)
  const fields = error.errors.filter(({ message }) => !detail.includes(message))
  const id = correlationOf(error)
  return [
    `${paint.bad('cascade:')} ${detail} (${error.code})`,
    ...fields.map(({ pointer, message }) => `  ${oneLine(pointer)} ${oneLine(message)}`),
    `  fix: ${fix}`,
    ...(error.code === 'INTERNAL' && id !== '' ? [`  correlation id: ${oneLine(id)}`] : []),
  ]
}

/** A problem of this process has no correlation id: nothing of it stands in the log of an instance. */
type ToldProblem = Omit<Problem, 'correlation_id'> & Partial<Pick<Problem, 'correlation_id'>>

/** The same as the problem document that the HTTP interface would answer. */
export const errorProblem = (error: CascadeError, command: string): ToldProblem => ({
  type: errorPath(error.code),
  title: ERRORS[error.code].title,
  status: error.status,
  detail: error.detail,
  instance: command,
  code: error.code,
  ...(correlationOf(error) === '' ? {} : { correlation_id: correlationOf(error) }),
  errors: error.errors,
  ...('approval' in error.extensions && { approval: error.extensions.approval }),
})

const correlationOf = ({ extensions }: CascadeError): string =>
  typeof extensions.correlation_id === 'string' ? extensions.correlation_id : ''
