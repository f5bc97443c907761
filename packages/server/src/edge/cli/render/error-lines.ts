import { ERRORS, errorPath, type Problem } from '@forge-cascade/contract'
import type { CascadeError } from '#base'
import { oneLine, printable } from './text.ts'
import type { View } from './view.ts'

/** `cascade: <detail> (<CODE>)`, what to do about it, and where the gate refused it, which decision tells why. */
export function errorLines(
  error: CascadeError,
  fix: string,
  { paint, command }: Pick<View, 'paint' | 'command'>,
): string[] {
  const detail = printable(error.detail)
  const fields = error.errors.filter(({ message }) => !detail.includes(message))
  const [id, decision] = [correlationOf(error), oneLine(memberOf(error, 'decision_id'))]
  return [
    `${paint.bad('cascade:')} ${detail} (${error.code})`,
    ...fields.map(({ pointer, message }) => `  ${oneLine(pointer)} ${oneLine(message)}`),
    `  fix: ${fix}`,
    ...(error.code === 'INTERNAL' && id !== '' ? [`  correlation id: ${oneLine(id)}`] : []),
    ...(decision === '' ? [] : [`  decision: ${decision}; \`${command(`gate explain ${decision}`)}\` tells why`]),
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
  ...Object.fromEntries(MEMBERS.flatMap((name) => (name in error.extensions ? [[name, error.extensions[name]]] : []))),
})

/** What the gate adds to a problem. */
const MEMBERS = ['decision_id', 'reasons', 'approval'] as const

const correlationOf = (error: CascadeError): string => memberOf(error, 'correlation_id')

const memberOf = ({ extensions }: CascadeError, name: string): string => {
  const value = extensions[name]
  return typeof value === 'string' ? value : ''
}
